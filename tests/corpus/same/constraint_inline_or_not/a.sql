create table t (id int primary key, n int references t unique check (n > 0));
