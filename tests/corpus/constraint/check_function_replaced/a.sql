create function fine(int) returns boolean language sql immutable as 'select $1 > 0';
create table t (id int constraint c check (fine(id)));
