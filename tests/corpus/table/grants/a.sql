create role corpus_reader;
create role corpus_writer;
create table t (id int, name text);
grant select, insert on t to corpus_reader;
