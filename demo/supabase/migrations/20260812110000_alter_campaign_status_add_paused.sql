-- Migration: 20260812110000_alter_campaign_status_add_paused.sql
-- Author: mreyes-scout
-- Ticket: SCOUT-123
-- Description: A campaign can be paused without being ended.
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
    WHERE migration_name = '20260812110000_alter_campaign_status_add_paused'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260812110000_alter_campaign_status_add_paused is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

-- Needs no rewrite and only a moment's lock; no statement of this transaction may use the new value yet.
ALTER TYPE scout_dash.campaign_status ADD VALUE IF NOT EXISTS 'paused' AFTER 'active';

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260812110000_alter_campaign_status_add_paused', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260812110000_alter_campaign_status_add_paused.down.sql
