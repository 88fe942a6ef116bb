create table t (id int, n bigint);
create view v as select id, n from t;
create view w as select n from v;
comment on view w is 'seen';
