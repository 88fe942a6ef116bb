create role corpus_owner;
create text search dictionary d (template = simple);
