-- Migration: 20260706094500_create_touch_function.sql
-- Author: mreyes-scout
-- Ticket: SCOUT-101
-- Description: Trigger function that keeps updated_at true on every table that has it.
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
    WHERE migration_name = '20260706094500_create_touch_function'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260706094500_create_touch_function is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE FUNCTION scout_dash.touch_updated_at()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END;
$$;

COMMENT ON FUNCTION scout_dash.touch_updated_at() IS
  'BEFORE UPDATE trigger: sets updated_at to the moment of the change.';

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260706094500_create_touch_function', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260706094500_create_touch_function.down.sql
