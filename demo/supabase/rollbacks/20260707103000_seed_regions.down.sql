-- Rollback: 20260707103000_seed_regions.down.sql
-- CAUTION: Refused by the foreign key while a store still lies in one of these regions.

BEGIN;

DELETE FROM scout_dash.regions
WHERE code IN (
  'NCR', 'CAR', 'R01', 'R02', 'R03', 'R04A', 'R04B', 'R05', 'R06',
  'R07', 'R08', 'R09', 'R10', 'R11', 'R12', 'R13', 'BARMM'
);

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260707103000_seed_regions';

COMMIT;
