-- Rollback: 20260706094500_create_touch_function.down.sql
-- CAUTION: No data is lost.

BEGIN;

DROP FUNCTION IF EXISTS scout_dash.touch_updated_at();

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260706094500_create_touch_function';

COMMIT;
