create role corpus_reader;
alter default privileges revoke execute on functions from public;
