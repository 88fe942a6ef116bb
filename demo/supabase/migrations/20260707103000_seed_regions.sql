-- Migration: 20260707103000_seed_regions.sql
-- Author: tkvist-scout
-- Ticket: SCOUT-102
-- Description: The seventeen sales regions.
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
    WHERE migration_name = '20260707103000_seed_regions'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260707103000_seed_regions is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

INSERT INTO scout_dash.regions (code, name, island_group)
VALUES
  ('NCR',   'National Capital Region', 'Luzon'),
  ('CAR',   'Cordillera',              'Luzon'),
  ('R01',   'Ilocos',                  'Luzon'),
  ('R02',   'Cagayan Valley',          'Luzon'),
  ('R03',   'Central Luzon',           'Luzon'),
  ('R04A',  'Calabarzon',              'Luzon'),
  ('R04B',  'Mimaropa',                'Luzon'),
  ('R05',   'Bicol',                   'Luzon'),
  ('R06',   'Western Visayas',         'Visayas'),
  ('R07',   'Central Visayas',         'Visayas'),
  ('R08',   'Eastern Visayas',         'Visayas'),
  ('R09',   'Zamboanga Peninsula',     'Mindanao'),
  ('R10',   'Northern Mindanao',       'Mindanao'),
  ('R11',   'Davao',                   'Mindanao'),
  ('R12',   'Soccsksargen',            'Mindanao'),
  ('R13',   'Caraga',                  'Mindanao'),
  ('BARMM', 'Bangsamoro',              'Mindanao')
ON CONFLICT (code) DO NOTHING;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260707103000_seed_regions', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260707103000_seed_regions.down.sql
