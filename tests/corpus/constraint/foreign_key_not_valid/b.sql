create table t (id int primary key);
create table u (id int);
alter table u add constraint fk foreign key (id) references t;
