create table t (id int, during int4range);
