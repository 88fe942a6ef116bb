create table t (id int);
create view v with (security_invoker = true) as select id from t with local check option;
