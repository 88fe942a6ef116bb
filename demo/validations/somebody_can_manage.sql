-- Without one active manager nobody could change a campaign, or let anyone else do it.
SELECT 'no active manager is left' AS problem
WHERE NOT EXISTS (
  SELECT 1
  FROM scout_dash.members
  WHERE members.member_role = 'manager'
    AND members.is_active
);
