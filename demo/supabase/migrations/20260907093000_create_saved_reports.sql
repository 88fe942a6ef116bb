-- Migration: 20260907093000_create_saved_reports.sql
-- Author: jlim-scout
-- Ticket: SCOUT-135
-- Description: Reports that belong to a member and can be shared; they take the place of scout_dash.reports.
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
    WHERE migration_name = '20260907093000_create_saved_reports'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260907093000_create_saved_reports is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE TABLE IF NOT EXISTS scout_dash.saved_reports (
  id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id         uuid,
  title            text NOT NULL,
  definition       jsonb NOT NULL,
  is_shared        boolean NOT NULL DEFAULT false,
  source_report_id uuid,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT saved_reports_owner_id_fkey
    FOREIGN KEY (owner_id) REFERENCES scout_dash.members (id) ON DELETE SET NULL,
  CONSTRAINT saved_reports_source_report_id_key UNIQUE (source_report_id)
);

COMMENT ON COLUMN scout_dash.saved_reports.source_report_id IS 'Report of dashboard 4.x that this was copied from.';

CREATE INDEX idx_saved_reports_owner_id ON scout_dash.saved_reports (owner_id);

CREATE TRIGGER saved_reports_touch_updated_at
  BEFORE UPDATE ON scout_dash.saved_reports
  FOR EACH ROW EXECUTE FUNCTION scout_dash.touch_updated_at();

ALTER TABLE scout_dash.saved_reports ENABLE ROW LEVEL SECURITY;

CREATE POLICY saved_reports_read_policy ON scout_dash.saved_reports
  FOR SELECT TO authenticated
  USING (
    is_shared
    OR owner_id IN (
      SELECT members.id
      FROM scout_dash.members
      WHERE members.user_id = (SELECT auth.uid())
    )
  );

GRANT SELECT ON scout_dash.saved_reports TO authenticated;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260907093000_create_saved_reports', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260907093000_create_saved_reports.down.sql
