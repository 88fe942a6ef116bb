create table t (m text);
