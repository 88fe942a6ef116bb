-- Migration: 20261005093000_create_event_hourly_counts.sql
-- Author: aoyelaran-scout
-- Ticket: SCOUT-146
-- Description: Counts of device events by hour, kept current by a trigger, so that the live page need not count.
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
    WHERE migration_name = '20261005093000_create_event_hourly_counts'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20261005093000_create_event_hourly_counts is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE TABLE IF NOT EXISTS scout_dash.event_hourly_counts (
  store_id   uuid NOT NULL,
  event_type text NOT NULL,
  hour       timestamptz NOT NULL,
  events     integer NOT NULL DEFAULT 0,
  CONSTRAINT event_hourly_counts_pkey PRIMARY KEY (store_id, event_type, hour),
  CONSTRAINT event_hourly_counts_store_id_fkey
    FOREIGN KEY (store_id) REFERENCES scout_dash.stores (id) ON DELETE CASCADE
);

ALTER TABLE scout_dash.event_hourly_counts ENABLE ROW LEVEL SECURITY;

CREATE POLICY event_hourly_counts_read_policy ON scout_dash.event_hourly_counts
  FOR SELECT USING ((SELECT auth.role()) IN ('authenticated', 'service_role'));

GRANT SELECT ON scout_dash.event_hourly_counts TO authenticated, service_role;

CREATE FUNCTION scout_dash.count_event()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  INSERT INTO scout_dash.event_hourly_counts (store_id, event_type, hour, events)
  VALUES (NEW.store_id, NEW.event_type, date_trunc('hour', NEW.recorded_at), 1)
  ON CONFLICT (store_id, event_type, hour) DO UPDATE
    SET events = event_hourly_counts.events + 1;
  RETURN NULL;
END;
$$;

CREATE TRIGGER device_events_count_event
  AFTER INSERT ON scout_dash.device_events
  FOR EACH ROW EXECUTE FUNCTION scout_dash.count_event();

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20261005093000_create_event_hourly_counts', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20261005093000_create_event_hourly_counts.down.sql
