create foreign data wrapper w;
create server s version '1' foreign data wrapper w options (host 'here', port '5432');
