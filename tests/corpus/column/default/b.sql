create table t (id int default 3, n int, m int default 4);
