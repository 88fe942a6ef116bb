-- Rollback: 20260810101500_create_campaign_audit_trigger.down.sql
-- CAUTION: Changes made from now on leave no trail. What is recorded stays.

BEGIN;

DROP TRIGGER IF EXISTS campaigns_record_change ON scout_dash.campaigns;
DROP FUNCTION IF EXISTS scout_dash.record_change();

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260810101500_create_campaign_audit_trigger';

COMMIT;
