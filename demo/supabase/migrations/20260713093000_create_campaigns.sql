-- Migration: 20260713093000_create_campaigns.sql
-- Author: mreyes-scout
-- Ticket: SCOUT-106
-- Description: Campaigns: what is promoted, when, and with which budget.
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
    WHERE migration_name = '20260713093000_create_campaigns'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260713093000_create_campaigns is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE TYPE scout_dash.campaign_status AS ENUM ('draft', 'active', 'ended');

CREATE TABLE IF NOT EXISTS scout_dash.campaigns (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  brand_id      integer NOT NULL,
  name          text NOT NULL,
  campaign_type text NOT NULL,
  status        scout_dash.campaign_status NOT NULL DEFAULT 'draft',
  start_date    date NOT NULL,
  end_date      date NOT NULL,
  budget        numeric(14, 2) NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT campaigns_brand_id_fkey
    FOREIGN KEY (brand_id) REFERENCES scout_dash.brands (id),
  CONSTRAINT campaigns_dates_in_order CHECK (end_date >= start_date),
  CONSTRAINT campaigns_budget_not_negative CHECK (budget >= 0)
);

CREATE INDEX idx_campaigns_brand_id ON scout_dash.campaigns (brand_id);

CREATE TRIGGER campaigns_touch_updated_at
  BEFORE UPDATE ON scout_dash.campaigns
  FOR EACH ROW EXECUTE FUNCTION scout_dash.touch_updated_at();

ALTER TABLE scout_dash.campaigns ENABLE ROW LEVEL SECURITY;

CREATE POLICY campaigns_read_policy ON scout_dash.campaigns
  FOR SELECT USING ((SELECT auth.role()) IN ('authenticated', 'service_role'));

GRANT SELECT ON scout_dash.campaigns TO authenticated, service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260713093000_create_campaigns', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260713093000_create_campaigns.down.sql
