create type my_range as range (subtype = int8);
create table t (r my_range);
