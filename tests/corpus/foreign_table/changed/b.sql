create foreign data wrapper w;
create server s foreign data wrapper w;
create server s2 foreign data wrapper w;
create foreign table f (id bigint options (b 'x'), m text) server s options (table_name 'z');
