create foreign data wrapper w;
create server s foreign data wrapper w;
create foreign table f (id int options (column_name 'x') not null default 1, n text check (n <> '')) server s options (table_name 'y');
comment on foreign table f is 'x';
