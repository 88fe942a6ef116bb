-- A foreign key whose columns lead no index makes every delete of the referenced row read the whole table.
SELECT
  constraints.conrelid::regclass AS table_name,
  constraints.conname AS foreign_key
FROM pg_constraint AS constraints
WHERE constraints.contype = 'f'
  AND constraints.connamespace = 'scout_dash'::regnamespace
  AND NOT EXISTS (
    SELECT 1
    FROM pg_index AS indexes
    WHERE indexes.indrelid = constraints.conrelid
      AND indexes.indisvalid
      AND (indexes.indkey::smallint[])[0:cardinality(constraints.conkey) - 1] @> constraints.conkey
  );
