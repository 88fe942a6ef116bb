create table p (id int default 1);
create table c (n int) inherits (p);
alter table c alter id set default 2;
