-- Rollback: 20260831101500_alter_campaigns_add_owner.down.sql
-- CAUTION: Who owns which campaign is lost.

BEGIN;

DROP INDEX IF EXISTS scout_dash.idx_campaigns_owner_id;

ALTER TABLE scout_dash.campaigns
  DROP CONSTRAINT IF EXISTS campaigns_owner_id_fkey,
  DROP COLUMN IF EXISTS owner_id;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260831101500_alter_campaigns_add_owner';

COMMIT;
