create view v as select 1 as a, 'x'::text as b;
create function f() returns setof v language sql as $$select 1,'x'::text$$;
create or replace view v with (security_barrier) as select a,b from f();
create role cr;
grant select on v to cr;
comment on view v is 'm';
create view w as select * from v;
