create foreign data wrapper w;
create server s type 'a' foreign data wrapper w;
create foreign table f (id int) server s;
create user mapping for public server s;
