create role corpus_owner;
create collation c (locale = 'C');
alter collation c owner to corpus_owner;
