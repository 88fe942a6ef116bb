create table t (id int, n text);
create function f() returns table (id int, n text) language sql as 'select id, n from t';
