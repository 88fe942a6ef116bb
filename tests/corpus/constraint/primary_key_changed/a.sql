create table t (id int not null, n int not null, primary key (id));
create table u (id int references t);
