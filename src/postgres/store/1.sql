CREATE SCHEMA tidegate;
COMMENT ON SCHEMA tidegate IS 'Tidegate''s own tables: the environment''s marker, unfinished runs, windows.';

CREATE TABLE tidegate.version (
    version integer PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

CREATE TABLE tidegate.marker (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    name text NOT NULL,
    tier text NOT NULL CHECK (tier IN ('development', 'staging', 'production')),
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    created_by text NOT NULL
);
COMMENT ON TABLE tidegate.marker IS 'Which environment this database is.';

CREATE TABLE tidegate.progress (
    migration text PRIMARY KEY,
    direction text NOT NULL CHECK (direction IN ('up', 'down')),
    checksum text NOT NULL,
    statements integer NOT NULL,
    done integer NOT NULL DEFAULT 0,
    running integer,
    done_checksum text,
    resumable boolean NOT NULL,
    error text,
    sqlstate text,
    operator text,
    window_id text,
    backend_pid integer,
    spent interval NOT NULL DEFAULT '0',
    started_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    updated_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
COMMENT ON TABLE tidegate.progress IS
    'Runs without a history row: how far a script that runs statement by statement has come, or how one failed.';

CREATE TABLE tidegate.windows (
    id text PRIMARY KEY,
    operator text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    finished_at timestamptz,
    outcome text,
    plan jsonb NOT NULL
);
COMMENT ON TABLE tidegate.windows IS 'Deployment windows, from opening to end.';
