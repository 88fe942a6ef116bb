create table t(a int);
create table v(a int primary key);
create view w as select a from v;
