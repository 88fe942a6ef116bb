-- Migration: 20260921100000_alter_campaign_summary_add_stores.sql
-- Author: mreyes-scout
-- Ticket: SCOUT-141
-- Description: The summary also says how many stores take part.
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
    WHERE migration_name = '20260921100000_alter_campaign_summary_add_stores'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260921100000_alter_campaign_summary_add_stores is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

-- CREATE OR REPLACE may add columns at the end only, and keeps grants and comment.
CREATE OR REPLACE VIEW scout_dash.campaign_summary AS
SELECT
  campaigns.id AS campaign_id,
  campaigns.name,
  campaigns.campaign_type,
  campaigns.start_date,
  campaigns.end_date,
  count(transactions.id) AS transactions,
  coalesce(sum(transactions.total_amount), 0) AS revenue,
  (
    SELECT count(*)
    FROM scout_dash.campaign_stores
    WHERE campaign_stores.campaign_id = campaigns.id
  ) AS stores
FROM scout_dash.campaigns
LEFT JOIN scout_dash.transactions ON transactions.campaign_id = campaigns.id
GROUP BY
  campaigns.id,
  campaigns.name,
  campaigns.campaign_type,
  campaigns.start_date,
  campaigns.end_date;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260921100000_alter_campaign_summary_add_stores', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260921100000_alter_campaign_summary_add_stores.down.sql
