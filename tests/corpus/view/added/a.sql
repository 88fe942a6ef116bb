create table t (id int, n text);
