create function fine(int) returns boolean language sql immutable as 'select $1 > 0';
create domain d as int check (fine(value));
