create table t (id int);
create index i on t (id) with (deduplicate_items = off, fillfactor = 60);
