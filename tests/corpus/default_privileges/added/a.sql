create role corpus_reader;
create schema app;
