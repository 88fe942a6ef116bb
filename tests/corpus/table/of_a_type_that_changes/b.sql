create type ty as (a int, b text, c int);
create table t of ty (a primary key, b default 'x');
create table u of ty;
