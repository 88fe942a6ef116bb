create table t (id int);
create function f() returns setof int language sql return (select id from t limit 1);
