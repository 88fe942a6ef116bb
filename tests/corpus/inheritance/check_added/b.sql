create table p (id int);
create table c (n int) inherits (p);
alter table p add constraint pos check (id > 0);
