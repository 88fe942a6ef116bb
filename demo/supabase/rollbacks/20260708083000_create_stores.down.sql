-- Rollback: 20260708083000_create_stores.down.sql
-- CAUTION: Removes all stores.

BEGIN;

DROP TABLE IF EXISTS scout_dash.stores;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260708083000_create_stores';

COMMIT;
