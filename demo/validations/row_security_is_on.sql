-- The API reaches every table of this schema: one without row level security is open to everyone who can sign in.
SELECT tables.oid::regclass AS table_name
FROM pg_class AS tables
WHERE tables.relnamespace = 'scout_dash'::regnamespace
  AND tables.relkind IN ('r', 'p')
  AND NOT tables.relrowsecurity;
