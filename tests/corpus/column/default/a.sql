create table t (id int default 1, n int default 2, m int);
