create function f() returns int language sql as 'select 1';
alter function f() set search_path to public, 'Strange "one', '';
alter function f() set statement_timeout = 1000;
