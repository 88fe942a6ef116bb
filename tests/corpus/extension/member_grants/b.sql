create role corpus_reader;
create extension pg_stat_statements;
grant execute on function pg_stat_statements_reset(oid, oid, bigint) to corpus_reader;
revoke select on pg_stat_statements from public;
