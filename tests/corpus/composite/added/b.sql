create type pair as (a int, b text collate "C");
comment on type pair is 'x';
comment on column pair.a is 'y';
create table t (p pair, ps pair[]);
create function f(pair) returns setof pair language sql as 'select $1';
