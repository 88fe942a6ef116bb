create function fine(int, int) returns boolean language sql immutable as 'select $1 > $2';
create table t (id int constraint c check (fine(id, 0)));
