create table p (id int);
create table c (n int) inherits (p);
