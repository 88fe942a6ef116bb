create table t (id int);
create view v as select t from t;
