-- Rollback: 20260812110000_alter_campaign_status_add_paused.down.sql
-- CAUTION: Paused campaigns become active again. Rewrites scout_dash.campaigns under an exclusive lock.

BEGIN;

-- PostgreSQL cannot take a value out of an enum: build the type anew and move the column over.
UPDATE scout_dash.campaigns
SET status = 'active'
WHERE status = 'paused';

ALTER TYPE scout_dash.campaign_status RENAME TO campaign_status_with_paused;
CREATE TYPE scout_dash.campaign_status AS ENUM ('draft', 'active', 'ended');

ALTER TABLE scout_dash.campaigns
  ALTER COLUMN status DROP DEFAULT,
  ALTER COLUMN status TYPE scout_dash.campaign_status
    USING status::text::scout_dash.campaign_status,
  ALTER COLUMN status SET DEFAULT 'draft';

DROP TYPE scout_dash.campaign_status_with_paused;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260812110000_alter_campaign_status_add_paused';

COMMIT;
