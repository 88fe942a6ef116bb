-- Migration: 20260722100000_create_campaign_summary.sql
-- Author: mreyes-scout
-- Ticket: SCOUT-111
-- Description: One line for each campaign with the sales credited to it.
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
    WHERE migration_name = '20260722100000_create_campaign_summary'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260722100000_create_campaign_summary is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE OR REPLACE VIEW scout_dash.campaign_summary AS
SELECT
  campaigns.id AS campaign_id,
  campaigns.name,
  campaigns.campaign_type,
  campaigns.start_date,
  campaigns.end_date,
  count(transactions.id) AS transactions,
  coalesce(sum(transactions.total_amount), 0) AS revenue
FROM scout_dash.campaigns
LEFT JOIN scout_dash.transactions ON transactions.campaign_id = campaigns.id
GROUP BY
  campaigns.id,
  campaigns.name,
  campaigns.campaign_type,
  campaigns.start_date,
  campaigns.end_date;

COMMENT ON VIEW scout_dash.campaign_summary IS
  'Sales credited to each campaign. Aggregates only: it runs with its owner''s rights.';

GRANT SELECT ON scout_dash.campaign_summary TO authenticated, service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260722100000_create_campaign_summary', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260722100000_create_campaign_summary.down.sql
