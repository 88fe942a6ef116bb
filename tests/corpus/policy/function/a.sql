create table t (id int);
create function mine(int) returns boolean language sql as 'select true';
create policy p on t using (mine(id));
