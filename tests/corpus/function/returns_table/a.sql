create table t (id int, n text);
create function f() returns table (id int) language sql as 'select id from t';
