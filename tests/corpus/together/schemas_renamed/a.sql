create schema one;
create table one.t (id serial primary key);
create function one.f() returns setof one.t language sql as 'select * from one.t';
