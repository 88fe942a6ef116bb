create type pair as (a int, b text);
create table t (p pair);
create function f() returns pair language sql as 'select row(1, null)::pair';
