create table t (id int constraint new_name primary key, n int constraint new_check check (n > 0));
