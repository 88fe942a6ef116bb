create role corpus_owner;
create domain d as int;
alter domain d owner to corpus_owner;
revoke usage on domain d from public;
