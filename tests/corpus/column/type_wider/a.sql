create table t (id int, n int, v varchar(10));
