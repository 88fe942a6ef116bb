create function f() returns text language sql as $$select '1'$$;
comment on function f() is 'kept';
