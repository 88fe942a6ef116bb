create table t (id bigint generated always as identity primary key, name text not null default 'x', at timestamptz default now());
comment on table t is 'rows';
comment on column t.name is 'what it is called';
