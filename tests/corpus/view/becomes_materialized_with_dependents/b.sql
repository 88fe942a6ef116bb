create table t(a int);
create materialized view v as select a from t;
create unique index vi on v(a);
create view w as select a from v;
