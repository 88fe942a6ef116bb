-- Migration: 20260824100000_create_store_visits.sql
-- Author: jlim-scout
-- Ticket: SCOUT-128
-- Description: Visits of the field team, and the questions they bring along.
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
    WHERE migration_name = '20260824100000_create_store_visits'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260824100000_create_store_visits is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

CREATE TABLE IF NOT EXISTS scout_dash.store_visits (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  store_id   uuid NOT NULL,
  member_id  uuid NOT NULL,
  visited_at timestamptz NOT NULL DEFAULT now(),
  notes      text,
  CONSTRAINT store_visits_store_id_fkey
    FOREIGN KEY (store_id) REFERENCES scout_dash.stores (id),
  CONSTRAINT store_visits_member_id_fkey
    FOREIGN KEY (member_id) REFERENCES scout_dash.members (id)
);

CREATE INDEX idx_store_visits_store_id ON scout_dash.store_visits (store_id, visited_at);
CREATE INDEX idx_store_visits_member_id ON scout_dash.store_visits (member_id);

CREATE TABLE IF NOT EXISTS scout_dash.visit_questions (
  id       smallint PRIMARY KEY,
  question text NOT NULL
);

ALTER TABLE scout_dash.store_visits ENABLE ROW LEVEL SECURITY;
ALTER TABLE scout_dash.visit_questions ENABLE ROW LEVEL SECURITY;

CREATE POLICY store_visits_read_policy ON scout_dash.store_visits
  FOR SELECT USING ((SELECT auth.role()) IN ('authenticated', 'service_role'));

-- Only for oneself: nobody reports a visit in another member's name.
CREATE POLICY store_visits_insert_policy ON scout_dash.store_visits
  FOR INSERT TO authenticated
  WITH CHECK (
    member_id IN (
      SELECT members.id
      FROM scout_dash.members
      WHERE members.user_id = (SELECT auth.uid())
    )
  );

CREATE POLICY visit_questions_read_policy ON scout_dash.visit_questions
  FOR SELECT USING ((SELECT auth.role()) IN ('authenticated', 'service_role'));

GRANT SELECT, INSERT ON scout_dash.store_visits TO authenticated;
GRANT SELECT ON scout_dash.store_visits TO service_role;
GRANT SELECT ON scout_dash.visit_questions TO authenticated, service_role;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260824100000_create_store_visits', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260824100000_create_store_visits.down.sql
