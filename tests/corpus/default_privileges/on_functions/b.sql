create role corpus_reader;
alter default privileges revoke execute on functions from public;
create function f() returns int language sql as 'select 1';
create function g() returns int language sql as 'select 1';
grant execute on function g() to public;
