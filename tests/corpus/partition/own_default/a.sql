create table t (id int, n int default 1) partition by list (id);
create table t1 partition of t for values in (1);
