create role corpus_reader;
create schema app;
grant usage on schema app to corpus_reader with grant option;
