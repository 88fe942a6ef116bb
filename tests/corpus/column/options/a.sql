create table t (a text);
alter table t alter a set (n_distinct = 5);
