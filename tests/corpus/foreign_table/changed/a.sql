create foreign data wrapper w;
create server s foreign data wrapper w;
create server s2 foreign data wrapper w;
create foreign table f (id int options (a 'x'), n text) server s options (table_name 'y', x 'z');
