create table t (x int, a int, y int, b int);
alter table t drop column x;
alter table t drop column y;
create view v as select b from t;
