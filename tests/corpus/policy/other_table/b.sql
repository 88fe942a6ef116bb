create table members (id int, name text);
create table t (id int);
create policy p on t using (exists (select from members m where m.id = t.id));
