create role corpus_owner;
create table t (a int, b int);
create statistics s on a, b from t;
alter statistics s set statistics 50;
alter statistics s owner to corpus_owner;
