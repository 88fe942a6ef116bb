create table t (a int, b int);
create statistics s (dependencies, ndistinct) on a, b from t;
comment on statistics s is 'x';
