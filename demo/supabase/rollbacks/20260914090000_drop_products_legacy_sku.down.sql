-- Rollback: 20260914090000_drop_products_legacy_sku.down.sql
-- CAUTION: The keys come back from the archive. Products added since then have none.

BEGIN;

ALTER TABLE scout_dash.products ADD COLUMN legacy_sku text;
COMMENT ON COLUMN scout_dash.products.legacy_sku IS 'Key in dashboard 4.x; to be dropped after the move.';

UPDATE scout_dash.products
SET legacy_sku = archived.legacy_sku
FROM scout_archive.products_legacy_sku AS archived
WHERE products.id = archived.product_id;

DROP TABLE IF EXISTS scout_archive.products_legacy_sku;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260914090000_drop_products_legacy_sku';

COMMIT;
