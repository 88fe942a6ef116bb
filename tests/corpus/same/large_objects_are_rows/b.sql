create role corpus_reader;
