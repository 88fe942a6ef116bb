create table t (id int primary key, n text);
create view v as select id, n, count(*) from t group by id;
