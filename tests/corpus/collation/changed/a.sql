create collation c (provider = icu, locale = 'de');
create table t (n text collate c);
