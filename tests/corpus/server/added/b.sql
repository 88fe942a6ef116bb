create role corpus_reader;
create foreign data wrapper w;
create server s type 'x' version '1' foreign data wrapper w options (host 'here', port '5432');
comment on server s is 'x';
grant usage on foreign server s to corpus_reader;
