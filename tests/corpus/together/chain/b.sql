create table t (id int, a text);
create view v1 as select id, a from t;
create function f1() returns setof v1 language sql as 'select * from v1';
create view v2 as select * from f1();
create materialized view m1 as select a from v2;
create index m1_a on m1 (a);
