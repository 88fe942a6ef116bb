create role corpus_caller;
