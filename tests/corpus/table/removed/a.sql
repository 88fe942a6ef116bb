create table t (id int primary key, name text);
create table u (id int primary key, t_id int references t);
