create function f() returns int language sql as 'select 1';
alter function f() set work_mem = '1MB';
alter function f() set search_path = a, b;
