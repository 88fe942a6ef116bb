-- What the campaign summary adds up to must be what was sold.
SELECT
  summary.revenue AS in_summary,
  sales.revenue AS in_transactions
FROM (
  SELECT coalesce(sum(campaign_summary.revenue), 0) AS revenue
  FROM scout_dash.campaign_summary
) AS summary
CROSS JOIN (
  SELECT coalesce(sum(transactions.total_amount), 0) AS revenue
  FROM scout_dash.transactions
  WHERE transactions.campaign_id IS NOT NULL
) AS sales
WHERE summary.revenue <> sales.revenue;
