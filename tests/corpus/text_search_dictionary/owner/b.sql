create role corpus_owner;
create text search dictionary d (template = simple);
alter text search dictionary d owner to corpus_owner;
