create role corpus_owner superuser;
create publication p;
