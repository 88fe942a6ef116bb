create role corpus_owner;
create schema app;
alter schema app owner to corpus_owner;
