-- Rollback: {{name}}.down.sql
-- CAUTION: Review data loss implications before running

BEGIN;

-- TODO: Add your rollback code here

-- Remove migration record; Tidegate keeps the row, marked as rolled back
DELETE FROM {{history}}
WHERE migration_name = '{{name}}';

COMMIT;
