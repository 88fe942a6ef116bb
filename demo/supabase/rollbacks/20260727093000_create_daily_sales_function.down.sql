-- Rollback: 20260727093000_create_daily_sales_function.down.sql
-- CAUTION: No data is lost.

BEGIN;

DROP FUNCTION IF EXISTS scout_dash.daily_sales(date, date);

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260727093000_create_daily_sales_function';

COMMIT;
