-- Rollback: 20260714100000_create_transactions.down.sql
-- CAUTION: Removes all sales.

BEGIN;

DROP TABLE IF EXISTS scout_dash.transactions;
DROP TYPE IF EXISTS scout_dash.payment_method;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260714100000_create_transactions';

COMMIT;
