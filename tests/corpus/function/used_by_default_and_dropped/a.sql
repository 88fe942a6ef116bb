create function one() returns int language sql as 'select 1';
create table t (id int default one());
