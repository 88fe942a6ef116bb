create table t(id int, k text);
create function nx() returns int language sql begin atomic select count(*)::int from t; end;
alter table t alter id set default nx();
