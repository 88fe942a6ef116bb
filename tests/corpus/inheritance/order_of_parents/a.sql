create table p (id int);
create table q (id int);
create table c () inherits (p, q);
