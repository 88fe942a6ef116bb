create role corpus_one;
create role corpus_two;
create table t (id int);
