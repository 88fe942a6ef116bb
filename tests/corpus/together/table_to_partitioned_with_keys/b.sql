create table events (id bigserial, at timestamptz not null, kind text, primary key (id, at)) partition by range (at);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
create index events_at on events (at);
create view recent as select * from events;
