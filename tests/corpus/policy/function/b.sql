create table t (id int);
create function mine(int) returns int language sql as 'select 1';
create policy p on t using (mine(id) = 1);
