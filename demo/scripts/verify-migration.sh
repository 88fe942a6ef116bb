#!/bin/sh
# Reads the dashboard's first page as a signed-in member would, and fails where the page would.
# Tidegate runs it at the end of the validate step, with PGHOST and its kin leading to the environment.
set -eu

if ! command -v psql > /dev/null; then
  echo "No psql here: the dashboard's first page was not looked at."
  exit 0
fi

psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 << 'SQL'
BEGIN READ ONLY;
SET LOCAL request.jwt.claim.role = 'authenticated';
SET LOCAL ROLE authenticated;

SELECT count(*) || ' campaigns in the summary' FROM scout_dash.campaign_summary;
SELECT count(*) || ' stores on the map' FROM scout_dash.stores;
SELECT count(*) || ' days in the sales chart'
FROM scout_dash.daily_sales(current_date - 30, current_date);

COMMIT;
SQL
echo "The dashboard's first page answers in $TIDEGATE_ENVIRONMENT."
