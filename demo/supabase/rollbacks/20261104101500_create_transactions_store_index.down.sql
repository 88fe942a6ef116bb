-- Rollback: 20261104101500_create_transactions_store_index.down.sql
-- CAUTION: No data is lost; the pages of stores become slow again.

-- Not in a transaction, for the same reason as the migration.
DROP INDEX CONCURRENTLY IF EXISTS scout_dash.idx_transactions_store_occurred;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20261104101500_create_transactions_store_index';
