create function same(text, text) returns boolean language sql immutable as 'select $1 = $2';
create operator === (function = same, leftarg = text, rightarg = text);
