create table t (id int);
create index i on t using hash (id);
