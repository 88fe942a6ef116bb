create type pair as (a int, b int);
create function to_text(pair) returns text language sql immutable as $$select ($1.a)::text$$;
create cast (pair as text) with function to_text(pair) as assignment;
comment on cast (pair as text) is 'x';
