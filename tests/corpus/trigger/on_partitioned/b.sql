create function f() returns trigger language plpgsql as $$ begin return null; end $$;
create table t (id int) partition by list (id);
create table t1 partition of t for values in (1);
create trigger tr after insert on t for each row execute function f();
alter table t1 disable trigger tr;
