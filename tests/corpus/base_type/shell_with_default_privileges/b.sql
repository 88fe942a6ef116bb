create role corpus_owner;
alter default privileges for role corpus_owner revoke usage on types from public;
create type named;
