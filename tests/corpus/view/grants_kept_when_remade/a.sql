create role corpus_reader;
create role corpus_owner;
create table t (id int, n int);
create view v as select id, n from t;
grant select on v to corpus_reader;
alter view v owner to corpus_owner;
comment on view v is 'x';
comment on column v.id is 'y';
