create role corpus_reader;
create extension pg_stat_statements;
grant select (query) on pg_stat_statements to corpus_reader;
grant select (rolname), update (rolname) on pg_authid to corpus_reader;
revoke select (subname) on pg_subscription from public;
