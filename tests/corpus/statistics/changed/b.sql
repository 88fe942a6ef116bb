create table t (a int, b int);
create statistics s (mcv) on a, (b + 1) from t;
