create schema ext;
create extension pg_trgm schema ext;
create table t (n text);
create index i on t using gin (n ext.gin_trgm_ops);
comment on extension pg_trgm is 'own words';
