-- Migration: 20260710100000_create_members.sql
-- Author: aoyelaran-scout
-- Ticket: SCOUT-105
-- Description: People who may sign in to the dashboard, and how much they may do.
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
    WHERE migration_name = '20260710100000_create_members'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260710100000_create_members is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

-- In order of what they may do: a later one may do everything an earlier one may.
CREATE TYPE scout_dash.member_role AS ENUM ('viewer', 'analyst', 'manager');

CREATE TABLE IF NOT EXISTS scout_dash.members (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id      uuid NOT NULL,
  display_name text NOT NULL,
  member_role  scout_dash.member_role NOT NULL DEFAULT 'viewer',
  is_active    boolean NOT NULL DEFAULT true,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT members_user_id_key UNIQUE (user_id)
);

COMMENT ON COLUMN scout_dash.members.user_id IS 'What auth.uid() returns for this person.';

CREATE TRIGGER members_touch_updated_at
  BEFORE UPDATE ON scout_dash.members
  FOR EACH ROW EXECUTE FUNCTION scout_dash.touch_updated_at();

ALTER TABLE scout_dash.members ENABLE ROW LEVEL SECURITY;

CREATE POLICY members_read_policy ON scout_dash.members
  FOR SELECT USING (
    user_id = (SELECT auth.uid())
    OR (SELECT auth.role()) = 'service_role'
  );

GRANT SELECT ON scout_dash.members TO authenticated;
GRANT SELECT, INSERT, UPDATE ON scout_dash.members TO service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260710100000_create_members', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260710100000_create_members.down.sql
