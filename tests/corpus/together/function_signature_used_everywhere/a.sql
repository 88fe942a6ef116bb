create function f(int) returns int language sql immutable as 'select $1';
create table t (id int default f(1), n int check (f(n) > 0), g int generated always as (f(1)) stored);
create index i on t (f(id));
create view v as select f(id) as x from t;
create policy p on t using (f(id) > 0);
