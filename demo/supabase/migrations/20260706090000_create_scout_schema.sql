-- Migration: 20260706090000_create_scout_schema.sql
-- Author: mreyes-scout
-- Ticket: SCOUT-101
-- Description: Home of the dashboard's tables, and an archive for what migrations take away.
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
    WHERE migration_name = '20260706090000_create_scout_schema'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260706090000_create_scout_schema is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE SCHEMA IF NOT EXISTS scout_dash;
COMMENT ON SCHEMA scout_dash IS
  'Scout dashboard: stores, campaigns, sales, and what is measured about them.';

-- The API roles may look names up; what they may read is granted table by table.
GRANT USAGE ON SCHEMA scout_dash TO anon, authenticated, service_role;

-- No API role is let in here.
CREATE SCHEMA IF NOT EXISTS scout_archive;
COMMENT ON SCHEMA scout_archive IS
  'Rows and tables that migrations removed, kept until their retention period ends.';

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260706090000_create_scout_schema', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260706090000_create_scout_schema.down.sql
