create role corpus_owner;
create table t (id int);
