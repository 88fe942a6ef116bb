create type e as enum ('a','b');
create domain d as e check (value <> 'b');
create table t(c d, arr d[]);
create view v as select c from t;
