-- Rollback: 20260710100000_create_members.down.sql
-- CAUTION: Removes all members; nobody can sign in afterwards.

BEGIN;

DROP TABLE IF EXISTS scout_dash.members;
DROP TYPE IF EXISTS scout_dash.member_role;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260710100000_create_members';

COMMIT;
