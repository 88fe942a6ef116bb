create table kept (id int generated always as identity);
alter sequence kept_id_seq set unlogged;
create table logged (id int generated always as identity);
alter sequence logged_id_seq set unlogged;
create unlogged table unlogged (id int generated always as identity);
alter sequence unlogged_id_seq set logged;
