create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create table t (id int, n bigint);
create policy p on t using (n > 0);
create trigger tr before update of n on t for each row when (new.n > 1) execute function f();
