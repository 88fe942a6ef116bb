-- Rollback: 20260902141500_alter_daily_sales_by_region.down.sql
-- CAUTION: Calls that name a region fail afterwards. No data is lost.

BEGIN;

DROP FUNCTION IF EXISTS scout_dash.daily_sales(date, date, text);

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

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260902141500_alter_daily_sales_by_region';

COMMIT;
