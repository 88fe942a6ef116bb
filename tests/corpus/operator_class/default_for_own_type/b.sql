create type pair as (a int);
create function cmp(pair, pair) returns int language sql immutable as 'select 0';
create function lt(pair, pair) returns boolean language sql immutable as 'select false';
create operator <<< (function = lt, leftarg = pair, rightarg = pair);
create operator class pair_ops default for type pair using btree as operator 1 <<<, function 1 cmp(pair, pair);
