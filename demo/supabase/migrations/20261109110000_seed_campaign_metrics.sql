-- Migration: 20261109110000_seed_campaign_metrics.sql
-- Author: mreyes-scout
-- Ticket: SCOUT-159
-- Description: How many campaigns of each type there are, as the starting point of the new chart.
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
    WHERE migration_name = '20261109110000_seed_campaign_metrics'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20261109110000_seed_campaign_metrics is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

INSERT INTO scout_dash.metrics (metric_name, metric_value, recorded_at, metadata)
SELECT
  'campaign_' || campaigns.campaign_type,
  count(*),
  now(),
  jsonb_build_object('ticket', 'SCOUT-159')
FROM scout_dash.campaigns
GROUP BY campaigns.campaign_type;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20261109110000_seed_campaign_metrics', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20261109110000_seed_campaign_metrics.down.sql
