-- Rollback: 20260710113000_create_access_functions.down.sql
-- CAUTION: Refused by PostgreSQL while a policy still calls the function.

BEGIN;

DROP FUNCTION IF EXISTS scout_dash.has_role(scout_dash.member_role);

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260710113000_create_access_functions';

COMMIT;
