create table t (id int, n int);
create function f() returns trigger language plpgsql as $$ begin return null; end $$;
create view v as select n, id from t;
create trigger tr instead of insert on v for each row execute function f();
