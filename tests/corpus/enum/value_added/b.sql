create type mood as enum ('awful', 'sad', 'ok', 'happy', 'great');
create table t (m mood default 'awful');
