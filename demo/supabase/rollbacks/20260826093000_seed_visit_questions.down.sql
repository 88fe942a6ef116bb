-- Rollback: 20260826093000_seed_visit_questions.down.sql
-- CAUTION: Removes the questions; answers are in the notes of the visits and stay.

BEGIN;

DELETE FROM scout_dash.visit_questions
WHERE id BETWEEN 1 AND 6;

-- Remove migration record
DELETE FROM public.migrations_history
WHERE migration_name = '20260826093000_seed_visit_questions';

COMMIT;
