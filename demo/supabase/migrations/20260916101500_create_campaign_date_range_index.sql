-- Migration: 20260916101500_create_campaign_date_range_index.sql
-- Author: mreyes-scout
-- Ticket: SCOUT-139
-- Description: The calendar asks which campaigns run in a range of days.
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
    WHERE migration_name = '20260916101500_create_campaign_date_range_index'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260916101500_create_campaign_date_range_index is already applied';
  END IF;

  -- A build that was broken off leaves an invalid index of the same name behind.
  IF to_regclass('scout_dash.idx_campaigns_date_range') IS NOT NULL THEN
    RAISE EXCEPTION 'index scout_dash.idx_campaigns_date_range exists already'
      USING HINT = 'If it is invalid, drop it with DROP INDEX CONCURRENTLY and apply again.';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
-- CREATE INDEX CONCURRENTLY lets sales go on while it builds, and for that may not run in a
-- transaction: every statement of this file commits by itself.
CREATE INDEX CONCURRENTLY idx_campaigns_date_range
  ON scout_dash.campaigns (start_date, end_date);

-- Analyze tables
ANALYZE scout_dash.campaigns;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260916101500_create_campaign_date_range_index', now(), current_user);

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260916101500_create_campaign_date_range_index.down.sql
