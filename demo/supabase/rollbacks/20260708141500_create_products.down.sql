-- Rollback: 20260708141500_create_products.down.sql
-- CAUTION: Removes all brands and products.

BEGIN;

DROP TABLE IF EXISTS scout_dash.products;
DROP TABLE IF EXISTS scout_dash.brands;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260708141500_create_products';

COMMIT;
