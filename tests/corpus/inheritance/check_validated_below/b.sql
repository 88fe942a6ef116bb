create table p (a int);
create table c (constraint positive check (a > 0)) inherits (p);
create table grandchild () inherits (c);
alter table p add constraint positive check (a > 0) not valid;
