-- Migration: 20260708083000_create_stores.sql
-- Author: mreyes-scout
-- Ticket: SCOUT-103
-- Description: Stores that report sales, each in one region.
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
    WHERE migration_name = '20260708083000_create_stores'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260708083000_create_stores is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE TABLE IF NOT EXISTS scout_dash.stores (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  code        text NOT NULL,
  name        text NOT NULL,
  region_code text NOT NULL,
  format      text NOT NULL DEFAULT 'sari_sari',
  opened_on   date,
  is_active   boolean NOT NULL DEFAULT true,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT stores_code_key UNIQUE (code),
  CONSTRAINT stores_region_code_fkey
    FOREIGN KEY (region_code) REFERENCES scout_dash.regions (code),
  CONSTRAINT stores_format_known
    CHECK (format IN ('sari_sari', 'grocery', 'convenience', 'pharmacy'))
);

COMMENT ON TABLE scout_dash.stores IS 'Stores that report sales.';
COMMENT ON COLUMN scout_dash.stores.code IS 'Number that the field team writes on the device.';

CREATE INDEX idx_stores_region_code ON scout_dash.stores (region_code);

CREATE TRIGGER stores_touch_updated_at
  BEFORE UPDATE ON scout_dash.stores
  FOR EACH ROW EXECUTE FUNCTION scout_dash.touch_updated_at();

ALTER TABLE scout_dash.stores ENABLE ROW LEVEL SECURITY;

CREATE POLICY stores_read_policy ON scout_dash.stores
  FOR SELECT USING ((SELECT auth.role()) IN ('authenticated', 'service_role'));

GRANT SELECT ON scout_dash.stores TO authenticated;
GRANT SELECT, INSERT, UPDATE ON scout_dash.stores TO service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260708083000_create_stores', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260708083000_create_stores.down.sql
