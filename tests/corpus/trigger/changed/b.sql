create table t (id int);
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger tr after insert on t for each statement execute function f();
