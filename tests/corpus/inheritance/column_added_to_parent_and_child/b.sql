create table a(x bigint, y text default 'q' not null, n int);
create table b(z int check(z>0));
create table c(w int, n int) inherits(a);
create table d(x bigint) inherits(a,b);
