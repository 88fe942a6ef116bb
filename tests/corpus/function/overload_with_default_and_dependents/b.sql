create function g(int, int default 2) returns bigint language sql immutable as 'select $1::bigint * $2';
create table t(a int, b int default g(4), c bigint generated always as (g(a)) stored, check (g(a) > 1));
create index i on t (g(a,3)) where g(b) > 1;
alter table t enable row level security;
create policy p on t for select to public using (g(a)=2);
create view v with (security_barrier) as select g(a), b from t;
create rule r as on delete to v do also delete from t;
