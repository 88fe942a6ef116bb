create table t (id int primary key, u_id int);
create table u (id int primary key, t_id int references t);
alter table t add foreign key (u_id) references u;
