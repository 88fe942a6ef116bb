-- Rollback: 20260921100000_alter_campaign_summary_add_stores.down.sql
-- CAUTION: Queries that read the stores column fail afterwards. No data is lost.

BEGIN;

-- CREATE OR REPLACE cannot take a column away.
DROP VIEW IF EXISTS scout_dash.campaign_summary;

CREATE OR REPLACE VIEW scout_dash.campaign_summary AS
SELECT
  campaigns.id AS campaign_id,
  campaigns.name,
  campaigns.campaign_type,
  campaigns.start_date,
  campaigns.end_date,
  count(transactions.id) AS transactions,
  coalesce(sum(transactions.total_amount), 0) AS revenue
FROM scout_dash.campaigns
LEFT JOIN scout_dash.transactions ON transactions.campaign_id = campaigns.id
GROUP BY
  campaigns.id,
  campaigns.name,
  campaigns.campaign_type,
  campaigns.start_date,
  campaigns.end_date;

COMMENT ON VIEW scout_dash.campaign_summary IS
  'Sales credited to each campaign. Aggregates only: it runs with its owner''s rights.';

GRANT SELECT ON scout_dash.campaign_summary TO authenticated, service_role;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260921100000_alter_campaign_summary_add_stores';

COMMIT;
