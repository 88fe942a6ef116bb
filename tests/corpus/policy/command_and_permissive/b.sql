create table t (id int);
create policy p on t for update using (id > 0);
create policy q on t as restrictive using (id > 0);
