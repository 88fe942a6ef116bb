create role corpus_reader;
create schema app;
alter default privileges grant select on tables to corpus_reader;
alter default privileges in schema app grant execute on functions to corpus_reader;
alter default privileges revoke execute on functions from public;
alter default privileges grant usage on schemas to corpus_reader with grant option;
