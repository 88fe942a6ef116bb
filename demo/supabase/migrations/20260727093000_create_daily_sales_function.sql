-- Migration: 20260727093000_create_daily_sales_function.sql
-- Author: tkvist-scout
-- Ticket: SCOUT-113
-- Description: Sales by day, for the chart on the first page.
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
    WHERE migration_name = '20260727093000_create_daily_sales_function'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260727093000_create_daily_sales_function is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE FUNCTION scout_dash.daily_sales(from_day date, to_day date)
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
  WHERE transactions.occurred_at >= from_day
    AND transactions.occurred_at < to_day + 1
  GROUP BY transactions.occurred_at::date
  ORDER BY transactions.occurred_at::date;
$$;

COMMENT ON FUNCTION scout_dash.daily_sales(date, date) IS 'Sales of each day, both days included.';

REVOKE EXECUTE ON FUNCTION scout_dash.daily_sales(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION scout_dash.daily_sales(date, date) TO authenticated, service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260727093000_create_daily_sales_function', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260727093000_create_daily_sales_function.down.sql
