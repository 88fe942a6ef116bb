create type mood as enum ('happy', 'ok', 'sad');
create table t (m mood default 'sad' check (m <> 'ok'));
create index i on t (m) where m > 'sad';
create function f(mood) returns mood language sql as 'select $1';
