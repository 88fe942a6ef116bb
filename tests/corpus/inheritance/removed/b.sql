create table p (id int);
create table c (id int, n int);
