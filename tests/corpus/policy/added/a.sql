create role corpus_reader;
create table t (id int, who text);
