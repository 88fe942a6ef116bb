create table t (id int, unique nulls not distinct (id));
