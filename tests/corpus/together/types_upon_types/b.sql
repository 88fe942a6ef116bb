create domain pos as bigint default 1 check (value >= 0) not null;
create type pair as (x pos, z text, y text);
create table t(id bigint, p pair, q pos default 5);
create function f(pair) returns bigint language sql as 'select ($1).x';
create view v as select id, q, f(p) s from t;
create materialized view m as select * from v with no data;
create unique index mi on m(s, id);
