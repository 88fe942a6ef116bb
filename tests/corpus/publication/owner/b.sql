create role corpus_owner superuser;
create publication p;
alter publication p owner to corpus_owner;
