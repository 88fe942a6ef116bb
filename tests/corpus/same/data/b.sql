create table t (id serial, n text);
insert into t (n) select 'y' from generate_series(1, 5);
