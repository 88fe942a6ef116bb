create table t (id int, at date);
