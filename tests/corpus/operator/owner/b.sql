create role corpus_owner;
create function same(text, text) returns boolean language sql immutable as 'select $1 = $2';
create operator === (function = same, leftarg = text, rightarg = text);
alter operator === (text, text) owner to corpus_owner;
