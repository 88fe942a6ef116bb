create type mood as enum ('sad', 'new');
create table t (m mood default 'new' check (m = 'new'));
create index i on t (m) where m = 'new';
