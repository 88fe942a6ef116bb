-- Migration: 20260831101500_alter_campaigns_add_owner.sql
-- Author: mreyes-scout
-- Ticket: SCOUT-131
-- Description: Every campaign gets a member who answers for it. Nobody owns the campaigns of 4.x.
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
    WHERE migration_name = '20260831101500_alter_campaigns_add_owner'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260831101500_alter_campaigns_add_owner is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

ALTER TABLE scout_dash.campaigns
  ADD COLUMN owner_id uuid;

-- A member who leaves must not take the campaign along, nor keep the account from being closed.
ALTER TABLE scout_dash.campaigns
  ADD CONSTRAINT campaigns_owner_id_fkey
    FOREIGN KEY (owner_id) REFERENCES scout_dash.members (id) ON DELETE SET NULL;

COMMENT ON COLUMN scout_dash.campaigns.owner_id IS 'Member who answers for the campaign, if anyone.';

CREATE INDEX idx_campaigns_owner_id ON scout_dash.campaigns (owner_id);

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260831101500_alter_campaigns_add_owner', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260831101500_alter_campaigns_add_owner.down.sql
