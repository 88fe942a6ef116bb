-- Rollback: 20260722100000_create_campaign_summary.down.sql
-- CAUTION: No data is lost.

BEGIN;

DROP VIEW IF EXISTS scout_dash.campaign_summary;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260722100000_create_campaign_summary';

COMMIT;
