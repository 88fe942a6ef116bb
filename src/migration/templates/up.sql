-- Migration: {{name}}.sql
-- Author: {{author}}
-- Ticket: {{ticket}}
{{release_line}}-- Description: {{description}}

-- ============================================
-- Migration Up
-- ============================================
-- Whether it has been applied already is decided from the history before this file runs.
BEGIN;

-- TODO: Add your migration code here

-- Record migration
INSERT INTO {{history}} (migration_name, applied_at, applied_by)
VALUES ('{{name}}', NOW(), current_user);

COMMIT;

-- ============================================
-- Rollback Script (stored separately)
-- ============================================
-- See: {{name}}.down.sql
