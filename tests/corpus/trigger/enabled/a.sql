create table t (id int);
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger tr before insert on t for each row execute function f();
create trigger ts before insert on t for each row execute function f();
alter table t disable trigger tr;
