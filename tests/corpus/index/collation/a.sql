create table t (n text);
create index i on t (n);
