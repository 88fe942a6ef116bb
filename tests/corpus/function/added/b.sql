create function f(a int, b text default 'x', out c int, variadic d int[] default '{}') returns int
 language plpgsql stable strict security definer leakproof parallel safe cost 7
 set search_path = public, pg_temp set work_mem = '1MB'
as $fn$ begin c := a; end $fn$;
comment on function f(int, text, int[]) is 'x';
