-- Rollback: 20260707101500_create_regions.down.sql
-- CAUTION: Removes all regions.

BEGIN;

DROP TABLE IF EXISTS scout_dash.regions;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260707101500_create_regions';

COMMIT;
