create table a(x int, y text);
create table b(z int);
create table c(w int) inherits(a);
create table d() inherits(a,b);
