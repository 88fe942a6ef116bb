-- Migration: 20260714113000_create_transaction_items.sql
-- Author: tkvist-scout
-- Ticket: SCOUT-107
-- Description: What was sold in each transaction, line by line.
-- Release: 5.0.0

-- ============================================
-- Pre-checks
-- ============================================
DO $$
BEGIN
  -- Check if migration has already been applied
  IF EXISTS (
    SELECT 1
    FROM public.migrations_history
    WHERE migration_name = '20260714113000_create_transaction_items'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260714113000_create_transaction_items is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE TABLE IF NOT EXISTS scout_dash.transaction_items (
  transaction_id bigint NOT NULL,
  line_number    smallint NOT NULL,
  product_id     integer NOT NULL,
  quantity       smallint NOT NULL,
  unit_price     numeric(10, 2) NOT NULL,
  CONSTRAINT transaction_items_pkey PRIMARY KEY (transaction_id, line_number),
  CONSTRAINT transaction_items_transaction_id_fkey
    FOREIGN KEY (transaction_id) REFERENCES scout_dash.transactions (id) ON DELETE CASCADE,
  CONSTRAINT transaction_items_product_id_fkey
    FOREIGN KEY (product_id) REFERENCES scout_dash.products (id),
  CONSTRAINT transaction_items_quantity_positive CHECK (quantity > 0)
);

CREATE INDEX idx_transaction_items_product_id ON scout_dash.transaction_items (product_id);

ALTER TABLE scout_dash.transaction_items ENABLE ROW LEVEL SECURITY;

CREATE POLICY transaction_items_read_policy ON scout_dash.transaction_items
  FOR SELECT USING ((SELECT auth.role()) IN ('authenticated', 'service_role'));

GRANT SELECT ON scout_dash.transaction_items TO authenticated;
GRANT SELECT, INSERT ON scout_dash.transaction_items TO service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260714113000_create_transaction_items', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260714113000_create_transaction_items.down.sql
