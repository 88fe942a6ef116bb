create table t (id int);
create function f() returns trigger language plpgsql as $$ begin return null; end $$;
create constraint trigger tr after insert on t deferrable initially deferred for each row execute function f();
