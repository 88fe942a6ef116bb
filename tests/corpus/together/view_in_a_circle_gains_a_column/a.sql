create view v as select 1 as a;
create function f() returns setof v language sql as 'select 1';
create or replace view v as select a from f();
create role cr;
grant select on v to cr;
comment on view v is 'm';
