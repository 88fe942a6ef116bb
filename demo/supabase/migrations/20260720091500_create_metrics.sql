-- Migration: 20260720091500_create_metrics.sql
-- Author: mreyes-scout
-- Ticket: SCOUT-109
-- Description: Named measurements over time, for the dashboard's charts.
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
    WHERE migration_name = '20260720091500_create_metrics'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260720091500_create_metrics is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE TABLE IF NOT EXISTS scout_dash.metrics (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  metric_name  text NOT NULL,
  metric_value numeric NOT NULL,
  recorded_at  timestamptz DEFAULT now(),
  metadata     jsonb,
  created_at   timestamptz DEFAULT now(),
  updated_at   timestamptz DEFAULT now()
);

-- Add indexes
CREATE INDEX idx_metrics_recorded_at ON scout_dash.metrics (recorded_at);
CREATE INDEX idx_metrics_name ON scout_dash.metrics (metric_name);

-- Add RLS
ALTER TABLE scout_dash.metrics ENABLE ROW LEVEL SECURITY;

CREATE POLICY metrics_read_policy ON scout_dash.metrics
  FOR SELECT USING ((SELECT auth.role()) IN ('authenticated', 'service_role'));

GRANT SELECT ON scout_dash.metrics TO authenticated;
GRANT SELECT, INSERT ON scout_dash.metrics TO service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260720091500_create_metrics', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260720091500_create_metrics.down.sql
