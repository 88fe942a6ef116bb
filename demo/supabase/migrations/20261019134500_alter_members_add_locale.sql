-- Migration: 20261019134500_alter_members_add_locale.sql
-- Author: aoyelaran-scout
-- Ticket: SCOUT-151
-- Description: The language in which a member reads the dashboard.
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
    WHERE migration_name = '20261019134500_alter_members_add_locale'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20261019134500_alter_members_add_locale is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

-- A constant default is stored once, in the catalog: the table is not rewritten.
ALTER TABLE scout_dash.members
  ADD COLUMN locale text NOT NULL DEFAULT 'en',
  ADD CONSTRAINT members_locale_known CHECK (locale IN ('en', 'fil', 'ceb'));

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20261019134500_alter_members_add_locale', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20261019134500_alter_members_add_locale.down.sql
