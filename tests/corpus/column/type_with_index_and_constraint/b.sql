create table t (id bigint primary key, n bigint check (n > 0));
create index t_n on t (n) where n > 5;
create table u (t_id bigint references t);
