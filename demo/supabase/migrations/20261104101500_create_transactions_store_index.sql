-- Migration: 20261104101500_create_transactions_store_index.sql
-- Author: tkvist-scout
-- Ticket: SCOUT-157
-- Description: A store's page reads its sales by day, and the foreign key to stores had no index at all.
-- Release: 5.2.0

-- ============================================
-- Pre-checks
-- ============================================
DO $$
BEGIN
  -- Check if migration has already been applied
  IF EXISTS (
    SELECT 1
    FROM public.migrations_history
    WHERE migration_name = '20261104101500_create_transactions_store_index'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20261104101500_create_transactions_store_index is already applied';
  END IF;

  -- A build that was broken off leaves an invalid index of the same name behind.
  IF to_regclass('scout_dash.idx_transactions_store_occurred') IS NOT NULL THEN
    RAISE EXCEPTION 'index scout_dash.idx_transactions_store_occurred exists already'
      USING HINT = 'If it is invalid, drop it with DROP INDEX CONCURRENTLY and apply again.';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
-- CREATE INDEX CONCURRENTLY lets sales go on while it builds, and for that may not run in a
-- transaction: every statement of this file commits by itself.
CREATE INDEX CONCURRENTLY idx_transactions_store_occurred
  ON scout_dash.transactions (store_id, occurred_at);

-- Analyze tables
ANALYZE scout_dash.transactions;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20261104101500_create_transactions_store_index', now(), current_user);

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20261104101500_create_transactions_store_index.down.sql
