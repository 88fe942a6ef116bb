-- Rollback: 20260720091500_create_metrics.down.sql
-- CAUTION: Removes all measurements.

BEGIN;

DROP TABLE IF EXISTS scout_dash.metrics;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260720091500_create_metrics';

COMMIT;
