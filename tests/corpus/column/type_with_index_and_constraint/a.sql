create table t (id int primary key, n int check (n > 0));
create index t_n on t (n) where n > 5;
create table u (t_id int references t);
