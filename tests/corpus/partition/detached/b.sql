create table t (id int) partition by list (id);
create table t1 (id int);
