create role corpus_reader;
create foreign data wrapper w options (debug 'true', mode 'x');
comment on foreign data wrapper w is 'x';
grant usage on foreign data wrapper w to corpus_reader;
