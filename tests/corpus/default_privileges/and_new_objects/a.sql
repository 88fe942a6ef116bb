create role corpus_reader;
alter default privileges grant select on tables to corpus_reader;
