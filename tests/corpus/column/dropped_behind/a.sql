create table t (a text, gone int, b text);
alter table t drop column gone;
