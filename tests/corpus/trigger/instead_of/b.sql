create view v as select 1 as id;
create function f() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger tr instead of insert on v for each row execute function f();
