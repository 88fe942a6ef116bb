create table t (id int, n int);
create function f() returns setof int language sql return (select n from t limit 1);
