create role corpus_reader;
create role corpus_writer;
create table t (id int, name text);
grant select on t to corpus_reader;
grant insert, update on t to corpus_writer with grant option;
