create table t (n varchar(5) check (n = any (array['a'::varchar, 'b'::varchar]::text[])));
