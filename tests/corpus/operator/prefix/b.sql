create function neg(text) returns text language sql immutable as 'select $1';
create operator @#@ (function = neg, rightarg = text);
create view v as select @#@ 'x'::text as y;
