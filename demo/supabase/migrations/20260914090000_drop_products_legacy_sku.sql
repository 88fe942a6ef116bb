-- Migration: 20260914090000_drop_products_legacy_sku.sql
-- Author: tkvist-scout
-- Ticket: SCOUT-138
-- Description: Dashboard 4.x is switched off; its product keys go to the archive until the end of the year.
-- Release: 5.1.0

-- ============================================
-- Pre-checks
-- ============================================
DO $$
BEGIN
  -- Check if migration has already been applied
  IF EXISTS (
    SELECT 1
    FROM public.migrations_history
    WHERE migration_name = '20260914090000_drop_products_legacy_sku'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260914090000_drop_products_legacy_sku is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

-- Archive and drop in one transaction, so that no moment exists at which the keys are nowhere.
CREATE TABLE scout_archive.products_legacy_sku AS
SELECT products.id AS product_id, products.legacy_sku AS legacy_sku
FROM scout_dash.products
WHERE products.legacy_sku IS NOT NULL;

ALTER TABLE scout_archive.products_legacy_sku ADD PRIMARY KEY (product_id);

COMMENT ON TABLE scout_archive.products_legacy_sku IS 'May be removed after 2026-12-31 (SCOUT-138).';

ALTER TABLE scout_dash.products DROP COLUMN IF EXISTS legacy_sku;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260914090000_drop_products_legacy_sku', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260914090000_drop_products_legacy_sku.down.sql
