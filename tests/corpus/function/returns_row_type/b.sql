create table t (id int, n text);
create function f(t) returns setof t language sql as 'select * from t';
