create view v as select 1 as id;
create function f() returns trigger language plpgsql as $$ begin return null; end $$;
