create type row_of as (id int, name text);
create table t (id int, name text);
