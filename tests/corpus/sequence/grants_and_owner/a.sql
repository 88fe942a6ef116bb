create role corpus_owner;
create sequence s;
