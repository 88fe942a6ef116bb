create table t (id int, n int, constraint t_id_key unique (id) include (n));
