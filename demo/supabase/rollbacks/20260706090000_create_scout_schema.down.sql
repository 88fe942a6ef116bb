-- Rollback: 20260706090000_create_scout_schema.down.sql
-- CAUTION: Refused by PostgreSQL while either schema still holds anything.

BEGIN;

-- Without CASCADE: PostgreSQL refuses while anything is left inside.
DROP SCHEMA IF EXISTS scout_archive;
DROP SCHEMA IF EXISTS scout_dash;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260706090000_create_scout_schema';

COMMIT;
