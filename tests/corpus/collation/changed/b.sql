create collation c (provider = icu, locale = 'fr');
create table t (n text collate c);
