-- Migration: 20260710113000_create_access_functions.sql
-- Author: aoyelaran-scout
-- Ticket: SCOUT-105
-- Description: One place that answers whether the person signed in holds a role, for the policies that follow.
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
    WHERE migration_name = '20260710113000_create_access_functions'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260710113000_create_access_functions is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

-- SECURITY DEFINER, because a viewer may not read other members' rows;
-- the empty search_path keeps a caller from slipping in a table of the same name.
CREATE FUNCTION scout_dash.has_role(required scout_dash.member_role)
RETURNS boolean
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT EXISTS (
    SELECT 1
    FROM scout_dash.members
    WHERE members.user_id = auth.uid()
      AND members.member_role >= required
      AND members.is_active
  );
$$;

COMMENT ON FUNCTION scout_dash.has_role(scout_dash.member_role) IS
  'Whether the person signed in is an active member with at least this role.';

REVOKE EXECUTE ON FUNCTION scout_dash.has_role(scout_dash.member_role) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION scout_dash.has_role(scout_dash.member_role) TO authenticated, service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260710113000_create_access_functions', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260710113000_create_access_functions.down.sql
