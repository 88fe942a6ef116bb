create domain d as int constraint c check (value > 1) constraint e check (value < 100);
create table t (n d);
