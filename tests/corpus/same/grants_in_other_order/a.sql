create role corpus_one;
create role corpus_two;
create table t (id int);
grant select on t to corpus_one;
grant select on t to corpus_two;
