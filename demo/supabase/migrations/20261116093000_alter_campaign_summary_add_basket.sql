-- Migration: 20261116093000_alter_campaign_summary_add_basket.sql
-- Author: tkvist-scout
-- Ticket: SCOUT-162
-- Description: The summary also says what a sale is worth on average.
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
    WHERE migration_name = '20261116093000_alter_campaign_summary_add_basket'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20261116093000_alter_campaign_summary_add_basket is already applied';
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
  ) AS stores,
  round(avg(transactions.total_amount), 2) AS average_basket
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
VALUES ('20261116093000_alter_campaign_summary_add_basket', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20261116093000_alter_campaign_summary_add_basket.down.sql
