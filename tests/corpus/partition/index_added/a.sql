create table t (id int, n int) partition by list (id);
create table t1 partition of t for values in (1);
