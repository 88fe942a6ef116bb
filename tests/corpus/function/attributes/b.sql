create function f() returns setof int language sql as 'select 1';
alter function f() immutable security definer leakproof parallel safe cost 20 rows 20;
