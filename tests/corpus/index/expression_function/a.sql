create table t (n text);
