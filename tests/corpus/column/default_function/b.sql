create function g() returns int language sql as 'select 1';
create table t (id int default g());
