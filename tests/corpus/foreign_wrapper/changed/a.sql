create extension postgres_fdw;
create foreign data wrapper w handler postgres_fdw_handler options (a '1', b '2');
