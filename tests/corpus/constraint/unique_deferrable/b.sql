create table t (id int unique deferrable);
