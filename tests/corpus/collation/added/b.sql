create collation plain (locale = 'C');
create collation german (provider = icu, locale = 'de-u-co-phonebk', deterministic = false);
comment on collation german is 'x';
create table t (n text collate german);
