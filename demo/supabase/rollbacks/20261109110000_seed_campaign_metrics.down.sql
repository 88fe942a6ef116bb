-- Rollback: 20261109110000_seed_campaign_metrics.down.sql
-- CAUTION: Removes the starting points only; later measurements stay.

BEGIN;

DELETE FROM scout_dash.metrics
WHERE metadata ->> 'ticket' = 'SCOUT-159';

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20261109110000_seed_campaign_metrics';

COMMIT;
