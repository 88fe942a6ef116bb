create role corpus_reader;
create procedure p(a int) language sql as 'select 1';
revoke all on procedure p from public;
grant execute on procedure p to corpus_reader;
