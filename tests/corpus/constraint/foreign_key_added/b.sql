create table t (id int primary key);
create table u (id int, foreign key (id) references t on delete cascade on update set null);
