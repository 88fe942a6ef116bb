create type mood as enum ('sad', 'it''s ok', 'happy');
comment on type mood is 'x';
create table t (m mood default 'sad');
