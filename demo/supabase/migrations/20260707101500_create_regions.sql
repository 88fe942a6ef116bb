-- Migration: 20260707101500_create_regions.sql
-- Author: tkvist-scout
-- Ticket: SCOUT-102
-- Description: Sales regions. Readable by everyone, the sign-in page included.
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
    WHERE migration_name = '20260707101500_create_regions'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260707101500_create_regions is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE TABLE IF NOT EXISTS scout_dash.regions (
  code         text PRIMARY KEY,
  name         text NOT NULL,
  island_group text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT regions_name_key UNIQUE (name),
  CONSTRAINT regions_code_format CHECK (code ~ '^[A-Z0-9]{2,5}$'),
  CONSTRAINT regions_island_group_known
    CHECK (island_group IN ('Luzon', 'Visayas', 'Mindanao'))
);

COMMENT ON TABLE scout_dash.regions IS 'Sales regions; reference data, changed by migrations only.';

ALTER TABLE scout_dash.regions ENABLE ROW LEVEL SECURITY;

CREATE POLICY regions_read_policy ON scout_dash.regions
  FOR SELECT USING (true);

GRANT SELECT ON scout_dash.regions TO anon, authenticated, service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260707101500_create_regions', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260707101500_create_regions.down.sql
