create role corpus_owner;
create operator family fam using btree;
alter operator family fam using btree owner to corpus_owner;
