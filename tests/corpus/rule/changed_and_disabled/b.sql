create table t (id int);
create table l (id int);
create rule r as on insert to t do instead nothing;
alter table t disable rule r;
