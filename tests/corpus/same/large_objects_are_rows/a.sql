create role corpus_reader;
select lo_create(4711);
grant select on large object 4711 to corpus_reader;
comment on large object 4711 is 'a row';
