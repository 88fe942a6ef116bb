create table t (id int primary key, n int, m int);
create publication p for table t (id, m);
