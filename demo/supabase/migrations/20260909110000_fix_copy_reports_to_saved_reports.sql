-- Migration: 20260909110000_fix_copy_reports_to_saved_reports.sql
-- Author: jlim-scout
-- Ticket: SCOUT-136
-- Description: Brings the reports of dashboard 4.x over, shared with everyone as they were.
-- Release: 5.1.0

-- ============================================
-- Pre-checks
-- ============================================
DO $$
BEGIN
  -- Check if migration has already been applied
  IF EXISTS (
    SELECT 1
    FROM public.migrations_history
    WHERE migration_name = '20260909110000_fix_copy_reports_to_saved_reports'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260909110000_fix_copy_reports_to_saved_reports is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

INSERT INTO scout_dash.saved_reports (title, definition, is_shared, source_report_id, created_at)
SELECT reports.title, reports.definition, true, reports.id, reports.created_at
FROM scout_dash.reports
ON CONFLICT (source_report_id) DO NOTHING;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260909110000_fix_copy_reports_to_saved_reports', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260909110000_fix_copy_reports_to_saved_reports.down.sql
