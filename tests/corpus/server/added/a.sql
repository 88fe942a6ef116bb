create role corpus_reader;
create foreign data wrapper w;
