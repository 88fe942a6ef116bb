-- Migration: 20260713140000_create_campaign_stores.sql
-- Author: mreyes-scout
-- Ticket: SCOUT-106
-- Description: Which stores take part in which campaign.
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
    WHERE migration_name = '20260713140000_create_campaign_stores'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260713140000_create_campaign_stores is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE TABLE IF NOT EXISTS scout_dash.campaign_stores (
  campaign_id uuid NOT NULL,
  store_id    uuid NOT NULL,
  joined_on   date NOT NULL DEFAULT current_date,
  CONSTRAINT campaign_stores_pkey PRIMARY KEY (campaign_id, store_id),
  CONSTRAINT campaign_stores_campaign_id_fkey
    FOREIGN KEY (campaign_id) REFERENCES scout_dash.campaigns (id) ON DELETE CASCADE,
  CONSTRAINT campaign_stores_store_id_fkey
    FOREIGN KEY (store_id) REFERENCES scout_dash.stores (id) ON DELETE CASCADE
);

-- The primary key serves look-ups by campaign; this one those by store.
CREATE INDEX idx_campaign_stores_store_id ON scout_dash.campaign_stores (store_id);

ALTER TABLE scout_dash.campaign_stores ENABLE ROW LEVEL SECURITY;

CREATE POLICY campaign_stores_read_policy ON scout_dash.campaign_stores
  FOR SELECT USING ((SELECT auth.role()) IN ('authenticated', 'service_role'));

GRANT SELECT ON scout_dash.campaign_stores TO authenticated, service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260713140000_create_campaign_stores', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260713140000_create_campaign_stores.down.sql
