create role corpus_owner;
create text search configuration c (parser = "default");
