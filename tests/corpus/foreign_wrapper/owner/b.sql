create role corpus_owner superuser;
create foreign data wrapper w;
alter foreign data wrapper w owner to corpus_owner;
