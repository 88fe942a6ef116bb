create domain d as int;
create table t (n d);
create view v as select n from t;
