create role corpus_reader;
create table t (id int);
create policy p on t using (id > 0);
