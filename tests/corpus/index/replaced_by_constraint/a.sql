create table t (id int);
create unique index t_id_key on t (id);
