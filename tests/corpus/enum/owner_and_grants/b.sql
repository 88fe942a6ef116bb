create role corpus_owner;
create type mood as enum ('sad');
alter type mood owner to corpus_owner;
revoke usage on type mood from public;
