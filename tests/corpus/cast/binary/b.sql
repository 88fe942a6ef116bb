create type mood as enum ('a');
create type other as enum ('a');
create type one as (a int);
create type two as (a int);
create function conv(one) returns two language sql as 'select row(1)::two';
create cast (one as two) with function conv(one);
