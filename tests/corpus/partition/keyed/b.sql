create table t (id int, at date, n int, primary key (id, at)) partition by range (at);
create index t_n on t (n);
create table t1 partition of t for values from ('2024-01-01') to ('2025-01-01');
create table t2 partition of t for values from ('2025-01-01') to ('2026-01-01') partition by hash (id);
create table t20 partition of t2 for values with (modulus 2, remainder 0);
create table t21 partition of t2 for values with (modulus 2, remainder 1);
create table u (id int, at date, foreign key (id, at) references t);
