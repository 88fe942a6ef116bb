create table t (id int primary key with (fillfactor = 50));
