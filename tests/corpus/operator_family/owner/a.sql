create role corpus_owner;
create operator family fam using btree;
