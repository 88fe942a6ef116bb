create function same(text, text) returns boolean language sql immutable as 'select $1 = $2';
create function same2(text, text) returns boolean language sql immutable as 'select $1 = $2';
create operator === (function = same, leftarg = text, rightarg = text);
create view v as select 'a'::text === 'b'::text as x;
