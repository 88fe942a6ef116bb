-- Migration: 20260721140000_create_reports.sql
-- Author: jlim-scout
-- Ticket: SCOUT-110
-- Description: Reports brought over from dashboard 4.x.
-- Release: 5.0.0

-- ============================================
-- Pre-checks
-- ============================================
DO $$
BEGIN
  -- Check if migration has already been applied
  IF EXISTS (
    SELECT 1
    FROM public.migrations_history
    WHERE migration_name = '20260721140000_create_reports'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260721140000_create_reports is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE TABLE IF NOT EXISTS scout_dash.reports (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  title      text NOT NULL,
  definition jsonb NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON COLUMN scout_dash.reports.created_by IS 'Name typed into dashboard 4.x, which knew no accounts.';

ALTER TABLE scout_dash.reports ENABLE ROW LEVEL SECURITY;

CREATE POLICY reports_read_policy ON scout_dash.reports
  FOR SELECT USING ((SELECT auth.role()) IN ('authenticated', 'service_role'));

GRANT SELECT ON scout_dash.reports TO authenticated, service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260721140000_create_reports', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260721140000_create_reports.down.sql
