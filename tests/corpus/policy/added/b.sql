create role corpus_reader;
create table t (id int, who text);
create policy p on t as restrictive for update to corpus_reader, current_user using (who = current_user) with check (id > 0);
alter table t enable row level security;
comment on policy p on t is 'x';
