-- What the stores have sent in since the launch: enough that a backup takes a moment to watch.
-- Run as a superuser once the tables exist. `scout.scale` says how much, 1.0 being all of it.

BEGIN;

-- The rows below refer to one another correctly by construction: skip the check of each one.
SET LOCAL session_replication_role = replica;
SET LOCAL synchronous_commit = off;

-- 400 stores; the oldest 12 send their codes in lower case.
INSERT INTO scout_dash.stores (id, code, name, region_code, format, opened_on, created_at, updated_at)
SELECT
  md5('store ' || n)::uuid,
  CASE WHEN n <= 12 THEN 's' ELSE 'S' END || lpad(n::text, 5, '0'),
  (ARRAY['Aling Nena', 'Mang Kiko', 'Corner', 'Sunrise', 'Bayani', 'Kanto', 'Harbor', 'Plaza'])[1 + n % 8]
    || ' ' || (ARRAY['Store', 'Mart', 'Grocery', 'Botika', 'Sari-sari'])[1 + n % 5] || ' ' || n,
  (ARRAY['NCR', 'R03', 'R04A', 'R07', 'R11', 'CAR', 'R06', 'R10', 'NCR', 'R01', 'R05', 'BARMM'])[1 + n % 12],
  (ARRAY['sari_sari', 'sari_sari', 'grocery', 'pharmacy', 'convenience'])[1 + n % 5],
  current_date - 900 + n,
  now() - interval '140 days',
  now() - interval '140 days'
FROM generate_series(1, 400) AS n;

INSERT INTO scout_dash.members (id, user_id, display_name, member_role, created_at, updated_at)
SELECT
  md5('member ' || n)::uuid,
  md5('user ' || n)::uuid,
  'Member ' || n,
  (CASE WHEN n <= 5 THEN 'manager' WHEN n <= 20 THEN 'analyst' ELSE 'viewer' END)::scout_dash.member_role,
  now() - interval '139 days',
  now() - interval '139 days'
FROM generate_series(1, 60) AS n;

INSERT INTO scout_dash.campaigns (id, brand_id, name, campaign_type, status, start_date, end_date, budget, created_at)
SELECT
  md5('campaign ' || n)::uuid,
  1 + n % 8,
  (ARRAY['Rainy season', 'Back to school', 'Fiesta', 'Payday', 'Christmas', 'Summer'])[1 + n % 6] || ' ' || n,
  (ARRAY['poster', 'sampling', 'discount', 'radio'])[1 + n % 4],
  (CASE WHEN n <= 80 THEN 'ended' WHEN n <= 110 THEN 'active' ELSE 'draft' END)::scout_dash.campaign_status,
  current_date - 130 + n,
  current_date - 100 + n,
  25000 + 500 * n,
  now() - interval '135 days'
FROM generate_series(1, 120) AS n;

INSERT INTO scout_dash.campaign_stores (campaign_id, store_id, joined_on)
SELECT md5('campaign ' || c)::uuid, md5('store ' || s)::uuid, current_date - 130 + c
FROM generate_series(1, 120) AS c, generate_series(1 + c % 7, 400, 7) AS s;

INSERT INTO scout_dash.reports (title, definition, created_by, created_at)
SELECT
  (ARRAY['Revenue by region', 'Out of stock', 'Visits a week', 'Basket'])[1 + n % 4] || ' ' || n,
  jsonb_build_object('chart', 'bar', 'measure', 'revenue', 'days', 7 * n),
  'field team ' || (1 + n % 3),
  now() - interval '400 days' + n * interval '3 days'
FROM generate_series(1, 36) AS n;

INSERT INTO scout_dash.metrics (metric_name, metric_value, recorded_at, metadata)
SELECT 'stores_reporting', 360 + n % 40, now() - n * interval '6 hours', '{"source": "nightly"}'
FROM generate_series(1, 400) AS n;

-- Sales of the last 120 days; one in nine is credited to a campaign.
INSERT INTO scout_dash.transactions (id, store_id, campaign_id, occurred_at, payment_method, total_amount, created_at)
SELECT
  n,
  md5('store ' || 1 + n * 7 % 400)::uuid,
  CASE WHEN n % 9 = 0 THEN md5('campaign ' || 1 + n % 120)::uuid END,
  moment,
  (ARRAY['cash', 'cash', 'e_wallet', 'cash', 'card', 'credit']::scout_dash.payment_method[])[1 + n % 6],
  5 + n % 595,
  moment + interval '4 seconds'
FROM (
  SELECT n, now() - interval '120 days' * (1 - n / total) AS moment
  FROM (SELECT 40000 * current_setting('scout.scale')::float8 AS total) AS scaled,
    generate_series(1, total::integer) AS n
) AS sales;

INSERT INTO scout_dash.transaction_items (transaction_id, line_number, product_id, quantity, unit_price)
SELECT id, 1, 1 + id % 20, 1 + id % 3, 6 + id % 40
FROM scout_dash.transactions;

-- Raw events, each with the trace that its device signed: what most of a backup consists of.
-- A trace is a piece of one long random text, for making a new one each time would take longer.
INSERT INTO scout_dash.device_events (store_id, event_type, recorded_at, payload)
SELECT
  md5('store ' || 1 + n % 400)::uuid,
  (ARRAY['sale', 'sale', 'sale', 'heartbeat', 'price_check', 'sync'])[1 + n % 6],
  now() - interval '120 days' * (1 - n / total),
  jsonb_build_object('device', n % 400, 'sequence', n, 'trace', encode(substring(noise FROM 1 + n * 613 % 60000 FOR 800), 'hex'))
FROM (SELECT 24000 * current_setting('scout.scale')::float8 AS total) AS scaled,
  (SELECT string_agg(sha512(n::text::bytea), ''::bytea) AS noise FROM generate_series(1, 1000) AS n) AS pool,
  generate_series(1, total::integer) AS n;

SELECT setval(pg_get_serial_sequence('scout_dash.transactions', 'id'), max(id)) FROM scout_dash.transactions;

COMMIT;
