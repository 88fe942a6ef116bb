create table events (id bigserial primary key, at timestamptz not null, kind text);
create index events_at on events (at);
create view recent as select * from events;
