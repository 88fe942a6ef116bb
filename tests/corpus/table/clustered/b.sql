create table t (id int primary key, n int);
create index t_n on t (n);
cluster t using t_n;
