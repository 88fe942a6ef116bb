create type mood as enum ('a', 'b');
create table t (m text default 'a');
