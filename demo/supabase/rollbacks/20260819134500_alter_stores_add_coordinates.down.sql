-- Rollback: 20260819134500_alter_stores_add_coordinates.down.sql
-- CAUTION: Coordinates gathered since then are lost.

BEGIN;

ALTER TABLE scout_dash.stores
  DROP CONSTRAINT IF EXISTS stores_coordinates_on_earth,
  DROP CONSTRAINT IF EXISTS stores_coordinates_together,
  DROP COLUMN IF EXISTS longitude,
  DROP COLUMN IF EXISTS latitude;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260819134500_alter_stores_add_coordinates';

COMMIT;
