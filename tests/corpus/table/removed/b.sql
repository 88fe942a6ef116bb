create table u (id int primary key, t_id int);
