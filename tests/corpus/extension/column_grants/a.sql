create role corpus_reader;
create extension pg_stat_statements;
