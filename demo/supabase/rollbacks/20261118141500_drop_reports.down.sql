-- Rollback: 20261118141500_drop_reports.down.sql
-- CAUTION: No data is lost.

BEGIN;

ALTER TABLE IF EXISTS scout_archive.reports SET SCHEMA scout_dash;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20261118141500_drop_reports';

COMMIT;
