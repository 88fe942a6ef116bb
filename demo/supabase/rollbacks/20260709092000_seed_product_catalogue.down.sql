-- Rollback: 20260709092000_seed_product_catalogue.down.sql
-- CAUTION: Refused by the foreign key once a product was sold.

BEGIN;

DELETE FROM scout_dash.products
WHERE sku IN (
  'ALN-060', 'ALN-135', 'ALN-LQ2', 'BTN-CHK', 'BTN-BEF', 'BTN-CAN',
  'DPT-3IN1', 'DPT-050', 'HLN-CHS', 'HLN-CRN', 'HLN-FSH', 'KSL-045',
  'KSL-BAR', 'LKB-350', 'LKB-1L', 'MTY-033', 'MTY-300', 'MTY-EVP', 'TLA-PLN', 'TLA-CHO'
);

DELETE FROM scout_dash.brands
WHERE name IN (
  'Alon Soap', 'Bituin Noodles', 'Dapit Coffee', 'Halina Snacks',
  'Kislap Detergent', 'Lakbay Water', 'Mutya Milk', 'Tala Biscuits'
);

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260709092000_seed_product_catalogue';

COMMIT;
