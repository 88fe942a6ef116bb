create table t (id int, n text default '1');
