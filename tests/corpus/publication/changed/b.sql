create table t (id int primary key, n int);
create table u (id int primary key);
create schema app;
create schema app2;
create publication p for table t where (id > 1), u, tables in schema app2 with (publish = 'insert, delete');
