create table t (id int constraint positive check (id > 1));
