create type e as enum ('b','c');
create table t(x e, y e, constraint cmp check (x <= y));
create index i on t ((x < y));
