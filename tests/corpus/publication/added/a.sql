create table t (id int primary key, n int);
create schema app;
