create table t (a int, c int generated always as (a * 2) stored);
create view v as select c from t;
