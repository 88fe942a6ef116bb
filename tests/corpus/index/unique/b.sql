create table t (id int);
create unique index i on t (id);
