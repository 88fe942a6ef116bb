-- Rollback: 20261005093000_create_event_hourly_counts.down.sql
-- CAUTION: The counts are lost; they can be counted again from scout_dash.device_events.

BEGIN;

DROP TRIGGER IF EXISTS device_events_count_event ON scout_dash.device_events;
DROP FUNCTION IF EXISTS scout_dash.count_event();
DROP TABLE IF EXISTS scout_dash.event_hourly_counts;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20261005093000_create_event_hourly_counts';

COMMIT;
