create table t (id int not null, n int) partition by list (id);
create table t1 partition of t for values in (1);
alter table t add primary key (id);
