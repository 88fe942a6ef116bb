create domain d as bigint;
create table t (n d);
create view v as select n from t;
