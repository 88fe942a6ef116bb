create table t (id int, n text);
create view v as select id, n from t;
create view w as select * from v;
