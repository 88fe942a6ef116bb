create domain positive as int check (value > 0);
create table t (n int);
