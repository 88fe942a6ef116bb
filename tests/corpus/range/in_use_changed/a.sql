create type my_range as range (subtype = int4);
create table t (r my_range);
