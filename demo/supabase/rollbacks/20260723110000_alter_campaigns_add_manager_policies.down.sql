-- Rollback: 20260723110000_alter_campaigns_add_manager_policies.down.sql
-- CAUTION: Managers can no longer change campaigns in the dashboard. No data is lost.

BEGIN;

DROP POLICY IF EXISTS campaigns_manager_update_policy ON scout_dash.campaigns;
DROP POLICY IF EXISTS campaigns_manager_insert_policy ON scout_dash.campaigns;

REVOKE INSERT, UPDATE ON scout_dash.campaigns FROM authenticated;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260723110000_alter_campaigns_add_manager_policies';

COMMIT;
