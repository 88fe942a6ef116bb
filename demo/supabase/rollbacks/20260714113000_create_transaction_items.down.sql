-- Rollback: 20260714113000_create_transaction_items.down.sql
-- CAUTION: Removes the lines of all sales; their totals stay.

BEGIN;

DROP TABLE IF EXISTS scout_dash.transaction_items;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260714113000_create_transaction_items';

COMMIT;
