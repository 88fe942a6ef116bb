create table t (id int not null, n int not null unique, primary key (id, n));
create table u (id int references t (n));
