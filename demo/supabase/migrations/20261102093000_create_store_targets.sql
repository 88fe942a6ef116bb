-- Migration: 20261102093000_create_store_targets.sql
-- Author: jlim-scout
-- Ticket: SCOUT-156
-- Description: What each store is to sell in a month, and who set it.
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
    WHERE migration_name = '20261102093000_create_store_targets'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20261102093000_create_store_targets is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE TABLE IF NOT EXISTS scout_dash.store_targets (
  store_id       uuid NOT NULL,
  month          date NOT NULL,
  target_revenue numeric(14, 2) NOT NULL,
  set_by         uuid,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT store_targets_pkey PRIMARY KEY (store_id, month),
  CONSTRAINT store_targets_store_id_fkey
    FOREIGN KEY (store_id) REFERENCES scout_dash.stores (id) ON DELETE CASCADE,
  CONSTRAINT store_targets_set_by_fkey
    FOREIGN KEY (set_by) REFERENCES scout_dash.members (id) ON DELETE SET NULL,
  CONSTRAINT store_targets_month_is_a_first CHECK (month = date_trunc('month', month)),
  CONSTRAINT store_targets_target_revenue_positive CHECK (target_revenue > 0)
);

COMMENT ON COLUMN scout_dash.store_targets.month IS 'First day of the month.';

-- The primary key serves look-ups by store; this one the foreign key to members.
CREATE INDEX idx_store_targets_set_by ON scout_dash.store_targets (set_by);

CREATE TRIGGER store_targets_touch_updated_at
  BEFORE UPDATE ON scout_dash.store_targets
  FOR EACH ROW EXECUTE FUNCTION scout_dash.touch_updated_at();

ALTER TABLE scout_dash.store_targets ENABLE ROW LEVEL SECURITY;

CREATE POLICY store_targets_read_policy ON scout_dash.store_targets
  FOR SELECT USING ((SELECT auth.role()) IN ('authenticated', 'service_role'));

CREATE POLICY store_targets_manager_policy ON scout_dash.store_targets
  FOR ALL TO authenticated
  USING ((SELECT scout_dash.has_role('manager')))
  WITH CHECK ((SELECT scout_dash.has_role('manager')));

GRANT SELECT, INSERT, UPDATE, DELETE ON scout_dash.store_targets TO authenticated;
GRANT SELECT ON scout_dash.store_targets TO service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20261102093000_create_store_targets', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20261102093000_create_store_targets.down.sql
