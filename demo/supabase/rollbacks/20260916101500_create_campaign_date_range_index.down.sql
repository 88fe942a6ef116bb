-- Rollback: 20260916101500_create_campaign_date_range_index.down.sql
-- CAUTION: No data is lost; the calendar becomes slow again.

-- Not in a transaction, for the same reason as the migration.
DROP INDEX CONCURRENTLY IF EXISTS scout_dash.idx_campaigns_date_range;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260916101500_create_campaign_date_range_index';
