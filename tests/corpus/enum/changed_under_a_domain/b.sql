create type e as enum ('b','c');
create domain d as e check (value <> 'c');
create table t(c d, arr d[]);
create view v as select c from t;
