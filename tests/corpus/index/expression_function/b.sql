create table t (n text);
create function norm(text) returns text language sql immutable as 'select lower($1)';
create index i on t (norm(n));
