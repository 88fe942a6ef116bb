create table p (id int, k text);
create table c (n int) inherits (p);
