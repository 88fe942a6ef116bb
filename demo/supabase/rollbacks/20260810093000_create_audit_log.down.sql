-- Rollback: 20260810093000_create_audit_log.down.sql
-- CAUTION: Removes the whole trail: take a backup and ask compliance first.

BEGIN;

DROP TABLE IF EXISTS scout_dash.audit_log;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260810093000_create_audit_log';

COMMIT;
