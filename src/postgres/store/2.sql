CREATE TABLE tidegate.approvals (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration text NOT NULL CHECK (pg_catalog.length(migration) BETWEEN 1 AND 255),
    kind text NOT NULL CHECK (kind IN ('production', 'security', 'retention', 'compliance')),
    checksum_up text NOT NULL CHECK (checksum_up ~ '^[0-9a-f]{64}$'),
    checksum_down text CHECK (checksum_down ~ '^[0-9a-f]{64}$'),
    role text NOT NULL DEFAULT session_user,
    person text CHECK (pg_catalog.length(person) <= 200),
    note text CHECK (pg_catalog.length(note) <= 4000),
    answers jsonb NOT NULL DEFAULT '{}',
    given_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    withdrawn_at timestamptz,
    withdrawn_by text
);
COMMENT ON TABLE tidegate.approvals IS
    'Who approved which migration, by the checksums of its files. Given by tidegate.approve(), in one''s own name only.';
CREATE INDEX approvals_migration ON tidegate.approvals (migration);

CREATE FUNCTION tidegate.guard_approvals() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'approvals are kept for good: withdraw one instead of deleting it'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.role IS DISTINCT FROM session_user::text THEN
            RAISE EXCEPTION 'nobody approves in the name of another: % is logged in, not %', session_user, NEW.role
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        NEW.given_at := pg_catalog.clock_timestamp();
        NEW.withdrawn_at := NULL;
        NEW.withdrawn_by := NULL;
        RETURN NEW;
    END IF;
    IF OLD.withdrawn_at IS NOT NULL
        OR ROW(NEW.id, NEW.migration, NEW.kind, NEW.checksum_up, NEW.checksum_down, NEW.role, NEW.person, NEW.note,
               NEW.answers, NEW.given_at)
           IS DISTINCT FROM
           ROW(OLD.id, OLD.migration, OLD.kind, OLD.checksum_up, OLD.checksum_down, OLD.role, OLD.person, OLD.note,
               OLD.answers, OLD.given_at)
    THEN
        RAISE EXCEPTION 'an approval is never changed, only withdrawn' USING ERRCODE = 'insufficient_privilege';
    END IF;
    NEW.withdrawn_at := pg_catalog.clock_timestamp();
    NEW.withdrawn_by := session_user;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_approvals BEFORE INSERT OR UPDATE OR DELETE ON tidegate.approvals
    FOR EACH ROW EXECUTE FUNCTION tidegate.guard_approvals();

CREATE FUNCTION tidegate.approve(
    migration text, kind text, checksum_up text, checksum_down text, person text, note text, answers jsonb
) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO tidegate.approvals (migration, kind, checksum_up, checksum_down, role, person, note, answers)
    SELECT $1, $2, $3, $4, session_user, $5, $6, COALESCE($7, '{}')
    WHERE NOT EXISTS (
        SELECT FROM tidegate.approvals a
        WHERE a.migration = $1 AND a.kind = $2 AND a.checksum_up = $3 AND a.checksum_down IS NOT DISTINCT FROM $4
          AND a.role = session_user AND a.withdrawn_at IS NULL AND a.answers = COALESCE($7, '{}')
    )
    RETURNING id
$$;
COMMENT ON FUNCTION tidegate.approve IS 'Approves a migration in the name of whoever is logged in.';

CREATE FUNCTION tidegate.withdraw_approval(migration text, kind text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH withdrawn AS (
        UPDATE tidegate.approvals a SET withdrawn_at = pg_catalog.clock_timestamp()
        WHERE a.migration = $1 AND a.kind = $2 AND a.role = session_user AND a.withdrawn_at IS NULL
        RETURNING 1
    )
    SELECT pg_catalog.count(*) FROM withdrawn
$$;
COMMENT ON FUNCTION tidegate.withdraw_approval IS 'Withdraws what whoever is logged in has approved.';

REVOKE ALL ON FUNCTION tidegate.guard_approvals() FROM PUBLIC;
GRANT SELECT ON tidegate.approvals TO PUBLIC;
GRANT EXECUTE ON FUNCTION tidegate.approve(text, text, text, text, text, text, jsonb) TO PUBLIC;
GRANT EXECUTE ON FUNCTION tidegate.withdraw_approval(text, text) TO PUBLIC;
