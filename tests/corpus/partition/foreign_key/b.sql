create table r (id int primary key);
create table t (id int, n int) partition by list (id);
create table t1 partition of t for values in (1);
alter table t add constraint fk foreign key (n) references r;
