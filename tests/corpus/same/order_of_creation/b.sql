create function f() returns int language sql as 'select 1';
create table u (id int);
create table t (id int);
