-- Migration: 20260810093000_create_audit_log.sql
-- Author: aoyelaran-scout
-- Ticket: SCOUT-121
-- Description: Who changed which row, with the row before and after.
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
    WHERE migration_name = '20260810093000_create_audit_log'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260810093000_create_audit_log is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE TABLE IF NOT EXISTS scout_dash.audit_log (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  table_name text NOT NULL,
  row_id     text NOT NULL,
  action     text NOT NULL,
  old_row    jsonb,
  new_row    jsonb,
  changed_by text NOT NULL DEFAULT current_user,
  changed_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT audit_log_action_known CHECK (action IN ('INSERT', 'UPDATE', 'DELETE'))
);

CREATE INDEX idx_audit_log_row ON scout_dash.audit_log (table_name, row_id);

ALTER TABLE scout_dash.audit_log ENABLE ROW LEVEL SECURITY;

-- No policy lets anyone write: rows come from triggers only.
CREATE POLICY audit_log_manager_read_policy ON scout_dash.audit_log
  FOR SELECT TO authenticated
  USING ((SELECT scout_dash.has_role('manager')));

GRANT SELECT ON scout_dash.audit_log TO authenticated;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260810093000_create_audit_log', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260810093000_create_audit_log.down.sql
