-- Migration: 20260902141500_alter_daily_sales_by_region.sql
-- Author: tkvist-scout
-- Ticket: SCOUT-133
-- Description: The chart on the first page can be narrowed to one region.
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
    WHERE migration_name = '20260902141500_alter_daily_sales_by_region'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260902141500_alter_daily_sales_by_region is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

-- Both at once would make daily_sales(date, date) ambiguous; callers without a region need no change.
DROP FUNCTION IF EXISTS scout_dash.daily_sales(date, date);

CREATE FUNCTION scout_dash.daily_sales(from_day date, to_day date, in_region text DEFAULT NULL)
RETURNS TABLE (day date, transactions bigint, revenue numeric)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
  SELECT
    transactions.occurred_at::date AS day,
    count(*) AS transactions,
    sum(transactions.total_amount) AS revenue
  FROM scout_dash.transactions
  JOIN scout_dash.stores ON stores.id = transactions.store_id
  WHERE transactions.occurred_at >= from_day
    AND transactions.occurred_at < to_day + 1
    AND (in_region IS NULL OR stores.region_code = in_region)
  GROUP BY transactions.occurred_at::date
  ORDER BY transactions.occurred_at::date;
$$;

COMMENT ON FUNCTION scout_dash.daily_sales(date, date, text) IS
  'Sales of each day, both days included, in one region or in all.';

REVOKE EXECUTE ON FUNCTION scout_dash.daily_sales(date, date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION scout_dash.daily_sales(date, date, text) TO authenticated, service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260902141500_alter_daily_sales_by_region', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260902141500_alter_daily_sales_by_region.down.sql
