create table t (id int);
create table l (id int);
