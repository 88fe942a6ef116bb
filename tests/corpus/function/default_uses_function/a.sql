create function one() returns int language sql as 'select 1';
create function two(a int default one()) returns int language sql as 'select a';
