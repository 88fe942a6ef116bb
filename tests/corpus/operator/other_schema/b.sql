create schema ops;
create function ops.same(text, text) returns boolean language sql immutable as 'select $1 = $2';
create operator ops.=== (function = ops.same, leftarg = text, rightarg = text);
create view v as select 'a'::text operator(ops.===) 'b'::text as x;
create table t (n text, check (n operator(ops.===) 'x'));
