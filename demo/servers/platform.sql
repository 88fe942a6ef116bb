-- What a database of the platform holds before the project's first migration.
-- Run once as a superuser, in an empty database that `deployer` owns.

-- The API's roles: who a request acts as. None of them can log in.
DO $$
BEGIN
  IF to_regrole('anon') IS NULL THEN
    CREATE ROLE anon NOLOGIN;
    CREATE ROLE authenticated NOLOGIN;
    CREATE ROLE service_role NOLOGIN BYPASSRLS;
    -- Who approves what is to reach production: a login of their own, and not the one that deploys.
    CREATE ROLE reviewer LOGIN;
  END IF;
END $$;

CREATE SCHEMA auth;
GRANT USAGE ON SCHEMA auth TO deployer, anon, authenticated, service_role;

CREATE FUNCTION auth.role()
RETURNS text
LANGUAGE sql
STABLE
AS $$
  SELECT coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
  );
$$;

CREATE FUNCTION auth.uid()
RETURNS uuid
LANGUAGE sql
STABLE
AS $$
  SELECT coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid;
$$;

-- So that a deployment can be verified as the API would see it.
GRANT anon, authenticated, service_role TO deployer;

-- Whoever deploys sees what others run, so that a migration which waits can say for whom.
GRANT pg_read_all_stats TO deployer;

SET ROLE deployer;

CREATE TABLE IF NOT EXISTS public.migrations_history (
  id SERIAL PRIMARY KEY,
  migration_name TEXT UNIQUE NOT NULL,
  applied_at TIMESTAMPTZ NOT NULL,
  applied_by TEXT NOT NULL,
  execution_time INTERVAL,
  checksum TEXT,
  rollback_applied BOOLEAN DEFAULT FALSE,
  rollback_at TIMESTAMPTZ,
  metadata JSONB
);

RESET ROLE;
