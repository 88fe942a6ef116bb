create extension postgres_fdw;
create foreign data wrapper w validator postgresql_fdw_validator;
