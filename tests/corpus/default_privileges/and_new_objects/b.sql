create role corpus_reader;
alter default privileges grant select on tables to corpus_reader;
create table t (id int);
create table u (id int);
revoke all on u from corpus_reader;
