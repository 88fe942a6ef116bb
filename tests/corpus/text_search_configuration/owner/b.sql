create role corpus_owner;
create text search configuration c (parser = "default");
alter text search configuration c owner to corpus_owner;
