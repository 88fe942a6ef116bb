create table t (id int);
create function fine(int) returns boolean language sql immutable as 'select $1 > 0';
alter table t add constraint c check (fine(id));
