-- Rollback: 20260728150000_fix_store_codes_upper_case.down.sql
-- CAUTION: Store codes become as wrong again as they were.

BEGIN;

ALTER TABLE scout_dash.stores DROP CONSTRAINT IF EXISTS stores_code_upper_case;

UPDATE scout_dash.stores
SET code = before.code
FROM scout_archive.store_codes_scout_117 AS before
WHERE stores.id = before.store_id;

DROP TABLE IF EXISTS scout_archive.store_codes_scout_117;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260728150000_fix_store_codes_upper_case';

COMMIT;
