create role corpus_owner;
create type mood as enum ('sad');
