-- Rollback: 20260721140000_create_reports.down.sql
-- CAUTION: Removes all reports of dashboard 4.x.

BEGIN;

DROP TABLE IF EXISTS scout_dash.reports;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260721140000_create_reports';

COMMIT;
