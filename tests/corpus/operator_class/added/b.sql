create operator class my_ops for type int using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(int, int);
create table t (n int);
create index i on t (n my_ops);
comment on operator class my_ops using btree is 'x';
