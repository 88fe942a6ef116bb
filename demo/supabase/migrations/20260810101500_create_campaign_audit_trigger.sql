-- Migration: 20260810101500_create_campaign_audit_trigger.sql
-- Author: aoyelaran-scout
-- Ticket: SCOUT-121
-- Description: Every change of a campaign is written to the audit log.
-- Release: 5.1.0

-- ============================================
-- Pre-checks
-- ============================================
DO $$
BEGIN
  -- Check if migration has already been applied
  IF EXISTS (
    SELECT 1
    FROM public.migrations_history
    WHERE migration_name = '20260810101500_create_campaign_audit_trigger'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260810101500_create_campaign_audit_trigger is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE FUNCTION scout_dash.record_change()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  INSERT INTO scout_dash.audit_log (table_name, row_id, action, old_row, new_row, changed_by)
  VALUES (
    TG_TABLE_NAME,
    CASE WHEN TG_OP = 'DELETE' THEN OLD.id::text ELSE NEW.id::text END,
    TG_OP,
    CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
    CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END,
    coalesce(auth.uid()::text, session_user)
  );
  RETURN NULL;
END;
$$;

COMMENT ON FUNCTION scout_dash.record_change() IS
  'AFTER trigger for tables with an id: writes the row before and after to audit_log.';

CREATE TRIGGER campaigns_record_change
  AFTER INSERT OR UPDATE OR DELETE ON scout_dash.campaigns
  FOR EACH ROW EXECUTE FUNCTION scout_dash.record_change();

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260810101500_create_campaign_audit_trigger', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260810101500_create_campaign_audit_trigger.down.sql
