create table t (id int, n int);
create index i on t (id);
