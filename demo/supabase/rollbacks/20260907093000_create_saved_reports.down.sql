-- Rollback: 20260907093000_create_saved_reports.down.sql
-- CAUTION: Removes all saved reports; those of dashboard 4.x are still in scout_dash.reports.

BEGIN;

DROP TABLE IF EXISTS scout_dash.saved_reports;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260907093000_create_saved_reports';

COMMIT;
