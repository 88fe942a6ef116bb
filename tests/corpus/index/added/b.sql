create table t (id int, n text);
create index t_n on t (n);
create unique index t_l on t (lower(n) text_pattern_ops desc nulls last) include (id) where id > 0;
