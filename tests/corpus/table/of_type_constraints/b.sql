create type row_of as (id int, name text);
create table t of row_of (primary key (id), name with options default 'x');
