create table t (id int, n bigint, v varchar(20));
