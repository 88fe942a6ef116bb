create table t (id int);
create view v as select id as two from t;
