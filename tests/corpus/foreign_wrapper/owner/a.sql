create role corpus_owner superuser;
create foreign data wrapper w;
