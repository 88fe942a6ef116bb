create role corpus_reader;
create procedure p(a int) language sql as 'select 1';
