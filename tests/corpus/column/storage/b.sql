create table t (a text, b text);
alter table t alter b set storage main;
