create table t (id int);
create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger tr before insert or update of id on t for each row when (new.id > 0) execute function f('a', 'b');
comment on trigger tr on t is 'x';
