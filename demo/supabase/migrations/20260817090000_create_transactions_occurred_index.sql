-- Migration: 20260817090000_create_transactions_occurred_index.sql
-- Author: tkvist-scout
-- Ticket: SCOUT-125
-- Description: The first page reads sales by day; without this index it reads the whole table.
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
    WHERE migration_name = '20260817090000_create_transactions_occurred_index'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260817090000_create_transactions_occurred_index is already applied';
  END IF;

  -- A build that was broken off leaves an invalid index of the same name behind.
  IF to_regclass('scout_dash.idx_transactions_occurred_at') IS NOT NULL THEN
    RAISE EXCEPTION 'index scout_dash.idx_transactions_occurred_at exists already'
      USING HINT = 'If it is invalid, drop it with DROP INDEX CONCURRENTLY and apply again.';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
-- CREATE INDEX CONCURRENTLY lets sales go on while it builds, and for that may not run in a
-- transaction: every statement of this file commits by itself.
CREATE INDEX CONCURRENTLY idx_transactions_occurred_at
  ON scout_dash.transactions (occurred_at);

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260817090000_create_transactions_occurred_index', now(), current_user);

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260817090000_create_transactions_occurred_index.down.sql
