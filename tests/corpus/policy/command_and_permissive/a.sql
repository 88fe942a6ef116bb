create table t (id int);
create policy p on t for select using (id > 0);
create policy q on t using (id > 0);
