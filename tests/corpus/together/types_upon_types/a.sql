create domain pos as int check (value > 0);
create type pair as (x pos, y text);
create table t(id int, p pair, q pos default 3);
create function f(pair) returns int language sql as 'select ($1).x';
create view v as select id, f(p) s, q from t;
create materialized view m as select * from v with no data;
create index mi on m(id);
