-- Rollback: 20260713140000_create_campaign_stores.down.sql
-- CAUTION: Removes who takes part in what; campaigns and stores stay.

BEGIN;

DROP TABLE IF EXISTS scout_dash.campaign_stores;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260713140000_create_campaign_stores';

COMMIT;
