create table t (id int);
create view v as select id as one from t;
