create table t (id bigint primary key, n int);
create publication p for table t where (id > 0);
