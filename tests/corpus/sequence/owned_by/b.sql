create table t (id int, n int);
create sequence s;
alter sequence s owned by t.n;
