create table t (a text, b text);
comment on column t.b is 'b';
