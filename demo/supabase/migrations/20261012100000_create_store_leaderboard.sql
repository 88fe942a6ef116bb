-- Migration: 20261012100000_create_store_leaderboard.sql
-- Author: tkvist-scout
-- Ticket: SCOUT-148
-- Description: Revenue by store over ninety days, refreshed every night.
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
    WHERE migration_name = '20261012100000_create_store_leaderboard'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20261012100000_create_store_leaderboard is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE MATERIALIZED VIEW scout_dash.store_leaderboard AS
SELECT
  stores.id AS store_id,
  stores.name,
  stores.region_code,
  sum(transactions.total_amount) AS revenue,
  rank() OVER (PARTITION BY stores.region_code ORDER BY sum(transactions.total_amount) DESC) AS place
FROM scout_dash.stores
JOIN scout_dash.transactions ON transactions.store_id = stores.id
WHERE transactions.occurred_at >= current_date - 90
GROUP BY stores.id, stores.name, stores.region_code;

-- REFRESH ... CONCURRENTLY needs a unique index.
CREATE UNIQUE INDEX idx_store_leaderboard_store_id ON scout_dash.store_leaderboard (store_id);

GRANT SELECT ON scout_dash.store_leaderboard TO authenticated, service_role;

-- Only the owner may refresh: the nightly job calls this with the service's role.
CREATE FUNCTION scout_dash.refresh_store_leaderboard()
RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = ''
AS $$
  REFRESH MATERIALIZED VIEW CONCURRENTLY scout_dash.store_leaderboard;
$$;

REVOKE EXECUTE ON FUNCTION scout_dash.refresh_store_leaderboard() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION scout_dash.refresh_store_leaderboard() TO service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20261012100000_create_store_leaderboard', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20261012100000_create_store_leaderboard.down.sql
