create role corpus_owner;
