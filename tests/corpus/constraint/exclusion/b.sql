create table t (id int, during int4range, exclude using gist (during with &&) where (id > 0));
