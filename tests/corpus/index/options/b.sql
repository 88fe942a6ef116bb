create table t (id int);
create index i on t (id) with (fillfactor = 60, deduplicate_items = off);
