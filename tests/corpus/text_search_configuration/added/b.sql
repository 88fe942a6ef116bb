create text search configuration c (copy = english);
comment on text search configuration c is 'x';
create table t (n text, v tsvector generated always as (to_tsvector('c', n)) stored);
