create role corpus_owner;
create schema app;
