create table t (id int);
create index i on t ((id + 1));
alter index i alter column 1 set statistics 100;
