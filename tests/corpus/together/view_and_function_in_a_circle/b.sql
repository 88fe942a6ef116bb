create view v as select 1 as a;
create function f() returns setof v language sql as 'select * from v';
create or replace view v as select a from f();
