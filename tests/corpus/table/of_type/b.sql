create type row_of as (id int, name text);
create table t of row_of;
