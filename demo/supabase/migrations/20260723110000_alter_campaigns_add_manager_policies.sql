-- Migration: 20260723110000_alter_campaigns_add_manager_policies.sql
-- Author: aoyelaran-scout
-- Ticket: SCOUT-112
-- Description: Managers may create and change campaigns. Reviewed by the security team under SCOUT-112.
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
    WHERE migration_name = '20260723110000_alter_campaigns_add_manager_policies'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260723110000_alter_campaigns_add_manager_policies is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

GRANT INSERT, UPDATE ON scout_dash.campaigns TO authenticated;

CREATE POLICY campaigns_manager_insert_policy ON scout_dash.campaigns
  FOR INSERT TO authenticated
  WITH CHECK ((SELECT scout_dash.has_role('manager')));

CREATE POLICY campaigns_manager_update_policy ON scout_dash.campaigns
  FOR UPDATE TO authenticated
  USING ((SELECT scout_dash.has_role('manager')))
  WITH CHECK ((SELECT scout_dash.has_role('manager')));

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260723110000_alter_campaigns_add_manager_policies', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260723110000_alter_campaigns_add_manager_policies.down.sql
