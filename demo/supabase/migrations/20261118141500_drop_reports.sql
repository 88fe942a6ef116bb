-- Migration: 20261118141500_drop_reports.sql
-- Author: jlim-scout
-- Ticket: SCOUT-163
-- Description: Nothing reads the reports of dashboard 4.x any more; the table moves to the archive for ninety days.
-- Release: 5.2.0

-- ============================================
-- Pre-checks
-- ============================================
DO $$
BEGIN
  -- Check if migration has already been applied
  IF EXISTS (
    SELECT 1
    FROM public.migrations_history
    WHERE migration_name = '20261118141500_drop_reports'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20261118141500_drop_reports is already applied';
  END IF;

  -- Every report must have its copy, or moving the table would lose it to its readers.
  IF EXISTS (
    SELECT 1
    FROM scout_dash.reports
    LEFT JOIN scout_dash.saved_reports ON saved_reports.source_report_id = reports.id
    WHERE saved_reports.id IS NULL
  ) THEN
    RAISE EXCEPTION 'some reports have no copy in scout_dash.saved_reports'
      USING HINT = 'Apply 20260909110000_fix_copy_reports_to_saved_reports again, then this one.';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

-- Policies, grants and rows move along; no API role can enter the archive.
ALTER TABLE IF EXISTS scout_dash.reports SET SCHEMA scout_archive;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20261118141500_drop_reports', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20261118141500_drop_reports.down.sql
