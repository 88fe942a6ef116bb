create function f(anyelement, anyarray) returns anyelement language sql as 'select $1';
create function g(inout a int, out b text) language sql as $$select 1, 'x'$$;
