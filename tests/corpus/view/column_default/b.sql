create table t (id int);
create view v as select id from t;
alter view v alter id set default 5;
