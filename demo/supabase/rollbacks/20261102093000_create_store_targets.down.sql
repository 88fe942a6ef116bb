-- Rollback: 20261102093000_create_store_targets.down.sql
-- CAUTION: Removes all targets that were set.

BEGIN;

DROP TABLE IF EXISTS scout_dash.store_targets;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20261102093000_create_store_targets';

COMMIT;
