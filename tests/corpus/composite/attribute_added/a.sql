create type pair as (a int);
create table t (p pair);
create function f() returns pair language sql as 'select row(1)::pair';
