create table p (a int not null, b int generated always as (a * 2) stored);
create table c (a int not null, b int generated always as (a * 2) stored, d int);
alter table c inherit p;
create table grandchild (b int) inherits (c);
