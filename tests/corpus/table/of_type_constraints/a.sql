create type row_of as (id int, name text);
