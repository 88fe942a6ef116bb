create function one() returns bigint language sql as 'select 1::bigint';
create function two(a bigint default one()) returns bigint language sql as 'select a';
