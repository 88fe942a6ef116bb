create function f() returns int language sql as 'select 1';
create table t (id int default f());
