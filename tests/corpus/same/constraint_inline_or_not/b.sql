create table t (id int, n int);
alter table t add primary key (id);
alter table t add unique (n);
alter table t add foreign key (n) references t;
alter table t add check (n > 0);
