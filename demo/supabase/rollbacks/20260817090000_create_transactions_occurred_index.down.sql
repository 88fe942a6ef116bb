-- Rollback: 20260817090000_create_transactions_occurred_index.down.sql
-- CAUTION: No data is lost; the first page becomes slow again.

-- Not in a transaction, for the same reason as the migration.
DROP INDEX CONCURRENTLY IF EXISTS scout_dash.idx_transactions_occurred_at;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260817090000_create_transactions_occurred_index';
