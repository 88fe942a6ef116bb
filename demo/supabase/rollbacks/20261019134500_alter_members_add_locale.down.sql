-- Rollback: 20261019134500_alter_members_add_locale.down.sql
-- CAUTION: The languages that members chose are lost.

BEGIN;

ALTER TABLE scout_dash.members
  DROP CONSTRAINT IF EXISTS members_locale_known,
  DROP COLUMN IF EXISTS locale;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20261019134500_alter_members_add_locale';

COMMIT;
