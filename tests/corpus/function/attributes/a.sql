create function f() returns setof int language sql as 'select 1';
alter function f() stable strict parallel restricted cost 10 rows 10;
