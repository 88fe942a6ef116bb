create table t (id int, n int not null);
