create role ra;
create role rb;
create table t(a int, o name);
alter table t enable row level security;
create policy p1 on t for select to ra using (o=current_user);
create policy p2 on t as restrictive for insert to ra with check (a>0);
create view vv as select * from t;
