create foreign data wrapper w;
create server s foreign data wrapper w;
create table t (id int) partition by list (id);
create foreign table t1 partition of t for values in (1) server s;
