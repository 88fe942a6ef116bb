-- Rollback: 20260713093000_create_campaigns.down.sql
-- CAUTION: Removes all campaigns.

BEGIN;

DROP TABLE IF EXISTS scout_dash.campaigns;
DROP TYPE IF EXISTS scout_dash.campaign_status;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260713093000_create_campaigns';

COMMIT;
