-- Rollback: 20260824100000_create_store_visits.down.sql
-- CAUTION: Removes all visits and their notes.

BEGIN;

DROP TABLE IF EXISTS scout_dash.visit_questions;
DROP TABLE IF EXISTS scout_dash.store_visits;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260824100000_create_store_visits';

COMMIT;
