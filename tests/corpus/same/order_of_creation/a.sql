create table t (id int);
create table u (id int);
create function f() returns int language sql as 'select 1';
