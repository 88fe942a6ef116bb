create type pair as (a int);
create function from_pair(internal) returns internal language internal immutable strict as 'prsd_start';
create transform for int language sql (from sql with function prsd_lextype(internal));
comment on transform for int language sql is 'x';
