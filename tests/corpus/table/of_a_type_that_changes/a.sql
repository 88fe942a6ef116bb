create type ty as (a int, b text);
create table t of ty (a primary key);
create table u(a int, b text);
