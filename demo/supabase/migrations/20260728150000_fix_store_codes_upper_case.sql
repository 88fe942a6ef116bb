-- Migration: 20260728150000_fix_store_codes_upper_case.sql
-- Author: jlim-scout
-- Ticket: SCOUT-117
-- Description: Older devices sent store codes in lower case, so that their sales were listed under another store.
-- Release: 5.0.0

-- ============================================
-- Pre-checks
-- ============================================
DO $$
BEGIN
  -- Check if migration has already been applied
  IF EXISTS (
    SELECT 1
    FROM public.migrations_history
    WHERE migration_name = '20260728150000_fix_store_codes_upper_case'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260728150000_fix_store_codes_upper_case is already applied';
  END IF;

  -- Two stores whose codes differ in case only need a person to decide which is which.
  IF EXISTS (
    SELECT 1
    FROM scout_dash.stores
    GROUP BY upper(code)
    HAVING count(*) > 1
  ) THEN
    RAISE EXCEPTION 'some store codes differ in case only'
      USING HINT = 'Merge those stores first; SCOUT-117 says how.';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

-- What the codes were, so that the rollback can put them back.
CREATE TABLE scout_archive.store_codes_scout_117 AS
SELECT stores.id AS store_id, stores.code AS code
FROM scout_dash.stores
WHERE stores.code <> upper(stores.code);

ALTER TABLE scout_archive.store_codes_scout_117 ADD PRIMARY KEY (store_id);

UPDATE scout_dash.stores
SET code = upper(code)
WHERE code <> upper(code);

-- From now on the device is told, instead of a report being wrong.
ALTER TABLE scout_dash.stores
  ADD CONSTRAINT stores_code_upper_case CHECK (code = upper(code));

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260728150000_fix_store_codes_upper_case', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260728150000_fix_store_codes_upper_case.down.sql
