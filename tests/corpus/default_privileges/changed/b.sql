create role corpus_reader;
create role corpus_owner;
alter default privileges for role corpus_owner grant select, insert on tables to corpus_reader;
alter default privileges for role corpus_owner grant usage on types to corpus_reader;
