create table t (id int);
create function next_id() returns int language sql begin atomic select coalesce(max(id), 0) + 1 from t; end;
alter table t alter id set default next_id();
