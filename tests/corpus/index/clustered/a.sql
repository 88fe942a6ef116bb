create table t (id int);
create index i on t (id);
alter table t cluster on i;
