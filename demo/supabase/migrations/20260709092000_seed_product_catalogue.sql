-- Migration: 20260709092000_seed_product_catalogue.sql
-- Author: jlim-scout
-- Ticket: SCOUT-104
-- Description: The brands and products that stores report at launch.
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
    WHERE migration_name = '20260709092000_seed_product_catalogue'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260709092000_seed_product_catalogue is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

INSERT INTO scout_dash.brands (name, is_client)
VALUES
  ('Alon Soap',        true),
  ('Bituin Noodles',   true),
  ('Dapit Coffee',     true),
  ('Halina Snacks',    true),
  ('Kislap Detergent', false),
  ('Lakbay Water',     false),
  ('Mutya Milk',       true),
  ('Tala Biscuits',    false)
ON CONFLICT (name) DO NOTHING;

INSERT INTO scout_dash.products (brand_id, sku, name, list_price, legacy_sku)
SELECT brands.id, launch.sku, launch.name, launch.list_price, launch.legacy_sku
FROM (
  VALUES
    ('Alon Soap',        'ALN-060',  'Alon bath soap 60 g',       18.50, 'A060'),
    ('Alon Soap',        'ALN-135',  'Alon bath soap 135 g',      36.00, 'A135'),
    ('Alon Soap',        'ALN-LQ2',  'Alon liquid soap 250 ml',   72.00, 'A900'),
    ('Bituin Noodles',   'BTN-CHK',  'Bituin noodles, chicken',   9.75,  'B001'),
    ('Bituin Noodles',   'BTN-BEF',  'Bituin noodles, beef',      9.75,  'B002'),
    ('Bituin Noodles',   'BTN-CAN',  'Bituin pancit canton',      14.25, 'B010'),
    ('Dapit Coffee',     'DPT-3IN1', 'Dapit 3-in-1 sachet',       8.00,  'D031'),
    ('Dapit Coffee',     'DPT-050',  'Dapit instant coffee 50 g', 49.00, 'D050'),
    ('Halina Snacks',    'HLN-CHS',  'Halina cheese curls',       8.50,  'H101'),
    ('Halina Snacks',    'HLN-CRN',  'Halina corn nuts',          7.00,  'H102'),
    ('Halina Snacks',    'HLN-FSH',  'Halina fish crackers',      10.00, 'H103'),
    ('Kislap Detergent', 'KSL-045',  'Kislap powder 45 g',        6.50,  'K045'),
    ('Kislap Detergent', 'KSL-BAR',  'Kislap bar 120 g',          24.00, 'K120'),
    ('Lakbay Water',     'LKB-350',  'Lakbay water 350 ml',       12.00, 'L350'),
    ('Lakbay Water',     'LKB-1L',   'Lakbay water 1 l',          25.00, 'L999'),
    ('Mutya Milk',       'MTY-033',  'Mutya milk powder 33 g',    11.50, 'M033'),
    ('Mutya Milk',       'MTY-300',  'Mutya milk powder 300 g',   98.00, 'M300'),
    ('Mutya Milk',       'MTY-EVP',  'Mutya evaporated milk',     34.00, 'M410'),
    ('Tala Biscuits',    'TLA-PLN',  'Tala crackers',             7.50,  'T001'),
    ('Tala Biscuits',    'TLA-CHO',  'Tala chocolate sandwich',   8.75,  'T002')
) AS launch (brand, sku, name, list_price, legacy_sku)
JOIN scout_dash.brands ON brands.name = launch.brand
ON CONFLICT (sku) DO NOTHING;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260709092000_seed_product_catalogue', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260709092000_seed_product_catalogue.down.sql
