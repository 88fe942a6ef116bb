create role corpus_reader;
create table t (id int, name text, secret text);
grant select (id, name), update (name) on t to corpus_reader;
