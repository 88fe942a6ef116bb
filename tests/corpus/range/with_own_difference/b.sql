create function away(time, time) returns float8 language sql immutable as 'select extract(epoch from $1 - $2)::float8';
create type time_range as range (subtype = time, subtype_diff = away);
