create type e as enum ('a','b');
create type comp as (x e, n int);
create table t(c comp);
create function f(comp) returns e language sql as 'select ($1).x';
