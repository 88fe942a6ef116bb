create role corpus_reader;
create table t (id int);
create policy p on t to corpus_reader using (id > 1) with check (id > 2);
