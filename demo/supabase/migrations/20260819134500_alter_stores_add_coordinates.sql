-- Migration: 20260819134500_alter_stores_add_coordinates.sql
-- Author: jlim-scout
-- Ticket: SCOUT-126
-- Description: Where a store is, for the map. Unknown for stores that nobody has visited yet.
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
    WHERE migration_name = '20260819134500_alter_stores_add_coordinates'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260819134500_alter_stores_add_coordinates is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

ALTER TABLE scout_dash.stores
  ADD COLUMN latitude  numeric(8, 5),
  ADD COLUMN longitude numeric(8, 5);

ALTER TABLE scout_dash.stores
  ADD CONSTRAINT stores_coordinates_together
    CHECK ((latitude IS NULL) = (longitude IS NULL)),
  ADD CONSTRAINT stores_coordinates_on_earth
    CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180);

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260819134500_alter_stores_add_coordinates', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260819134500_alter_stores_add_coordinates.down.sql
