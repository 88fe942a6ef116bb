create domain d1 as int check(value>0);
create domain d2 as d1 check (value<10);
create table t(a d2, b d2[]);
create function f(d2) returns d1 language sql as 'select $1::d1';
