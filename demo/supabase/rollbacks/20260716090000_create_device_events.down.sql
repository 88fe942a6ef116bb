-- Rollback: 20260716090000_create_device_events.down.sql
-- CAUTION: Removes all raw events; devices keep only their last seven days.

BEGIN;

DROP TABLE IF EXISTS scout_dash.device_events;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260716090000_create_device_events';

COMMIT;
