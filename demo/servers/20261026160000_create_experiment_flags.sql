-- Migration: 20261026160000_create_experiment_flags.sql
-- Author: aoyelaran-scout
-- Ticket: SCOUT-154
-- Description: Which members see which unfinished page.

BEGIN;

CREATE TABLE IF NOT EXISTS scout_dash.experiment_flags (
  member_id  uuid NOT NULL,
  flag       text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT experiment_flags_pkey PRIMARY KEY (member_id, flag),
  CONSTRAINT experiment_flags_member_id_fkey
    FOREIGN KEY (member_id) REFERENCES scout_dash.members (id) ON DELETE CASCADE
);

ALTER TABLE scout_dash.experiment_flags ENABLE ROW LEVEL SECURITY;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20261026160000_create_experiment_flags', now(), current_user);

COMMIT;
