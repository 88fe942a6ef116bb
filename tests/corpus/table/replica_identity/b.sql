create table t (id int not null, n int not null);
create unique index t_n on t (n);
alter table t replica identity using index t_n;
