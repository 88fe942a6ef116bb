create role corpus_owner;
create collation c (locale = 'C');
