create table t (id int, n int);
create sequence s;
