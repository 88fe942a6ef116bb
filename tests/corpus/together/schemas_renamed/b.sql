create schema two;
create table two.t (id serial primary key);
create function two.f() returns setof two.t language sql as 'select * from two.t';
