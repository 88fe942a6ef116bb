create role corpus_reader;
alter default privileges grant select on sequences to corpus_reader;
alter default privileges revoke usage on types from public;
