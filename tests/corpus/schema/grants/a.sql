create role corpus_reader;
create schema app;
grant create on schema app to corpus_reader;
