-- Rollback: 20261012100000_create_store_leaderboard.down.sql
-- CAUTION: No data is lost; the nightly job fails until it is switched off.

BEGIN;

DROP FUNCTION IF EXISTS scout_dash.refresh_store_leaderboard();
DROP MATERIALIZED VIEW IF EXISTS scout_dash.store_leaderboard;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20261012100000_create_store_leaderboard';

COMMIT;
