-- Migration: 20260826093000_seed_visit_questions.sql
-- Author: jlim-scout
-- Ticket: SCOUT-128
-- Description: The six questions of the autumn round.
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
    WHERE migration_name = '20260826093000_seed_visit_questions'
      AND rollback_applied IS NOT TRUE
  ) THEN
    RAISE EXCEPTION '20260826093000_seed_visit_questions is already applied';
  END IF;
END $$;

-- ============================================
-- Migration Up
-- ============================================
BEGIN;

INSERT INTO scout_dash.visit_questions (id, question)
VALUES
  (1, 'Is the poster where customers see it?'),
  (2, 'Are all products of the campaign in stock?'),
  (3, 'Do the shelf prices match the price list?'),
  (4, 'Is the device charged and online?'),
  (5, 'Does the owner know what the campaign offers?'),
  (6, 'What would the owner change?')
ON CONFLICT (id) DO NOTHING;

-- Record migration
INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260826093000_seed_visit_questions', now(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: ../rollbacks/20260826093000_seed_visit_questions.down.sql
