create table t (id int constraint old_name primary key, n int constraint old_check check (n > 0));
