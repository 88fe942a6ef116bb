create table t(id bigint, k text);
create function nx() returns bigint language sql begin atomic select count(*)+1 from t; end;
alter table t alter id set default nx();
create table u(id int);
create function nu() returns int language sql begin atomic select count(*)::int from u; end;
alter table u alter id set default nu();
