create function same(text, text) returns boolean language sql immutable as 'select $1 = $2';
create operator === (function = same, leftarg = text, rightarg = text, commutator = ===, negator = !==, restrict = eqsel, join = eqjoinsel, hashes, merges);
create function not_same(text, text) returns boolean language sql immutable as 'select $1 <> $2';
create operator !== (function = not_same, leftarg = text, rightarg = text, commutator = !==, negator = ===);
comment on operator === (text, text) is 'x';
