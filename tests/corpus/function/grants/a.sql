create role corpus_reader;
create function f() returns int language sql as 'select 1';
