-- Rollback: 20260909110000_fix_copy_reports_to_saved_reports.down.sql
-- CAUTION: Changes made to the copies are lost; the originals are untouched.

BEGIN;

DELETE FROM scout_dash.saved_reports
WHERE source_report_id IS NOT NULL;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260909110000_fix_copy_reports_to_saved_reports';

COMMIT;
