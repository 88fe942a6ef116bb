create table p (id int constraint c check (id > 0), n int not null default 1);
create table q (id int, m text);
