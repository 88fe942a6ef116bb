create role corpus_owner;
create table t (id int);
alter table t owner to corpus_owner;
