create type e as enum ('a','b','c');
create table t(k e not null, v int) partition by list (k);
create table ta partition of t for values in ('a');
create table tc partition of t for values in ('c');
