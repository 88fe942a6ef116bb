create table t (id serial, n text);
insert into t (n) values ('x');
