create role corpus_reader;
create role corpus_owner;
alter default privileges for role corpus_owner grant select on tables to corpus_reader;
