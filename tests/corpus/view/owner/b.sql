create role corpus_owner;
create view v as select 1 as a;
alter view v owner to corpus_owner;
