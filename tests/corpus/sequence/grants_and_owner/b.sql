create role corpus_owner;
create sequence s;
alter sequence s owner to corpus_owner;
grant usage on sequence s to public;
