create table t (id int primary key, n int);
create schema app;
create publication p for table t where (id > 0), tables in schema app with (publish = 'insert, update', publish_via_partition_root);
comment on publication p is 'x';
create publication every for all tables;
