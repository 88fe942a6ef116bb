create table t (id int primary key, n int);
create table u (id int primary key);
create schema app;
create schema app2;
create publication p for table t, tables in schema app with (publish = 'insert');
