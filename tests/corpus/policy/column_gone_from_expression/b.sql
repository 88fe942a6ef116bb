create role ra;
create role rb;
create table t(a bigint, o name, tenant int);
alter table t enable row level security;
alter table t force row level security;
create view vv as select 1 as one;
create policy p1 on t for select to ra, rb using (o=current_user and tenant=1);
create policy p2 on t for insert to rb with check (a>1 and exists(select from vv));
