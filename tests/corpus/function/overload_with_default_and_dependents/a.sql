create function g(int) returns int language sql immutable as 'select $1';
create table t(a int, b int default g(4), c int generated always as (g(a)) stored, check (g(a) > 0));
create index i on t (g(a)) where g(b) > 1;
create policy p on t using (g(a)=1);
create view v as select g(a) from t;
create rule r as on delete to v do instead delete from t;
