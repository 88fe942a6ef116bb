create table t (id int);
create policy p on t for all using (id > 0) with check (id > 1);
