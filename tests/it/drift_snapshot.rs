//! The schema of a database, read from real servers.

use jiff::civil::date;
use tidegate::postgres::programs::{Programs, find_client};
use tidegate::postgres::snapshot::{Scope, SnapshotError, read};
use tidegate::postgres::{Connection, SessionOptions};
use tidegate::schema::diff::{DiffOptions, Drift, diff};
use tidegate::schema::{Attribute, Kind, Object, ObjectId, Snapshot, ddl};

use super::support::{Hold, Server, TestDatabase, copy, every_installation, resolved};

async fn snapshot(database: &TestDatabase) -> Snapshot {
    let connection = database.connect().await;
    read(&connection, &Scope::default()).await.unwrap_or_else(|error| panic!("{error}"))
}

fn compare(left: &Snapshot, right: &Snapshot) -> Drift {
    diff(left, right, &DiffOptions::on(date(2026, 1, 1)))
}

/// What differs, a line for each attribute.
fn told(drift: &Drift) -> Vec<String> {
    let mut lines = Vec::new();
    for one in drift.drifting() {
        lines.push(format!("{} {} {:?}", one.id.kind, one.id, one.presence));
        lines.extend(one.changes.iter().map(|change| {
            let value = |value: &Option<_>| value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
            format!("    {}: {} | {}", change.attribute, value(&change.left), value(&change.right))
        }));
    }
    lines
}

fn server_of(programs: Programs) -> Server {
    Server::own_with(|options| {
        options.programs = programs;
        options.template = None;
    })
}

/// Everything about relations that every supported version knows, under names that nobody would choose.
const RELATIONS: &str = r#"
CREATE SCHEMA "odd ""name";
COMMENT ON SCHEMA "odd ""name" IS E'two\nlines';
CREATE TABLE "odd ""name"."T
1" (id bigint GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5), gone int, "Select" numeric(10, 2) DEFAULT 1.5 NOT NULL,
    tags text[] COLLATE "C", twice numeric GENERATED ALWAYS AS ("Select" * 2) STORED, serial_1 serial,
    PRIMARY KEY (id)) WITH (fillfactor = 70, toast.autovacuum_enabled = off);
ALTER TABLE "odd ""name"."T
1" DROP COLUMN gone;
ALTER TABLE "odd ""name"."T
1" ALTER tags SET STORAGE external, ALTER tags SET STATISTICS 7, ALTER tags SET (n_distinct = 5);
COMMENT ON COLUMN "odd ""name"."T
1".tags IS 'it''s \ \x1b[31m';
GRANT SELECT ("Select") ON "odd ""name"."T
1" TO PUBLIC;
CREATE TYPE public.pair AS (a int, b text COLLATE "C");
COMMENT ON COLUMN public.pair.a IS 'first';
CREATE TABLE public.typed OF public.pair (b NOT NULL);
CREATE TABLE public.target (a int, b text, c varchar(20) CHECK (c IN ('x', 'y''z')), d tsrange,
    CONSTRAINT target_key UNIQUE (a, b) DEFERRABLE INITIALLY DEFERRED, UNIQUE (b, a),
    EXCLUDE USING gist (d WITH &&) WHERE (a > 0) DEFERRABLE);
CREATE TABLE public.source (a int, b text, CONSTRAINT far FOREIGN KEY (b, a) REFERENCES public.target (b, a)
    MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE, CONSTRAINT "n i" CHECK (a > 0) NO INHERIT);
ALTER TABLE public.source ADD CONSTRAINT late CHECK (a < 100) NOT VALID;
COMMENT ON CONSTRAINT late ON public.source IS 'later';
COMMENT ON INDEX public.target_key IS 'an index';
CREATE UNIQUE INDEX "i x" ON public.target USING btree (lower(b), a DESC NULLS LAST, c varchar_pattern_ops)
    INCLUDE (d) WITH (fillfactor = 60) WHERE a > 3;
ALTER INDEX public."i x" ALTER COLUMN 1 SET STATISTICS 50;
CREATE INDEX by_collation ON public.target (b COLLATE "C" DESC, c text_pattern_ops);
CREATE INDEX by_option ON public.target USING gist (to_tsvector('simple', b) tsvector_ops (siglen = 100));
CREATE INDEX by_option_plain ON public.target USING gist (d);
ALTER TABLE public.target CLUSTER ON by_collation;
ALTER TABLE public.target ADD id2 int NOT NULL;
CREATE UNIQUE INDEX identifies ON public.target (id2);
ALTER TABLE public.target REPLICA IDENTITY USING INDEX identifies;
"#;

const MORE_RELATIONS: &str = r#"
CREATE TABLE public.parted (a int, b text, c int DEFAULT 5, PRIMARY KEY (a, b), CHECK (c > 0)) PARTITION BY LIST (a);
CREATE INDEX parted_c ON public.parted (c);
CREATE TABLE public.part_1 PARTITION OF public.parted FOR VALUES IN (1, 2) PARTITION BY RANGE (b);
CREATE TABLE public.part_1_x PARTITION OF public.part_1 FOR VALUES FROM ('a') TO (MAXVALUE);
CREATE TABLE public.part_rest PARTITION OF public.parted DEFAULT;
CREATE TABLE public.refers (a int, b text, FOREIGN KEY (a, b) REFERENCES public.parted);
CREATE TABLE public.mother (m int, shared int NOT NULL, CHECK (m > 0));
CREATE TABLE public.father (f int, shared int NOT NULL);
CREATE TABLE public.child (own text) INHERITS (public.mother, public.father);
ALTER TABLE public.mother ADD COLUMN late int;
CREATE UNLOGGED TABLE public.unlogged (a int);
ALTER TABLE public.unlogged ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, REPLICA IDENTITY FULL;
CREATE POLICY "p 1" ON public.unlogged AS RESTRICTIVE FOR UPDATE TO pg_monitor, "pg_read_all_stats"
    USING (a > 0) WITH CHECK (a < (SELECT max(a) FROM public.target));
CREATE POLICY everybody ON public.unlogged USING (true);
CREATE SEQUENCE public.descending AS smallint INCREMENT -2 MINVALUE -100 MAXVALUE -3 START -5 CACHE 4 CYCLE;
CREATE SEQUENCE public.owned OWNED BY public.source.a;
CREATE VIEW public.seen WITH (security_barrier) AS SELECT a, b || 'x' AS bx FROM public.source WHERE b IN ('p', 'q')
    WITH CASCADED CHECK OPTION;
ALTER VIEW public.seen ALTER COLUMN a SET DEFAULT 7;
COMMENT ON COLUMN public.seen.bx IS 'a column of a view';
CREATE MATERIALIZED VIEW public.kept WITH (fillfactor = 50) AS SELECT count(*) AS n FROM public.seen WITH NO DATA;
CREATE UNIQUE INDEX kept_n ON public.kept (n);
CREATE RULE "r 1" AS ON INSERT TO public.seen DO INSTEAD INSERT INTO public.source VALUES (NEW.a, NEW.bx);
CREATE RULE "r 2" AS ON DELETE TO public.source DO ALSO NOTIFY gone;
ALTER TABLE public.source DISABLE RULE "r 2";
CREATE STATISTICS public.together (ndistinct, mcv) ON a, b FROM public.target;
ALTER STATISTICS public.together SET STATISTICS 9;
COMMENT ON STATISTICS public.together IS 'both';
CREATE TABLE public.granted (a int);
GRANT SELECT, INSERT ON public.granted TO pg_read_all_stats WITH GRANT OPTION;
REVOKE ALL ON public.mother FROM postgres;
"#;

/// What needs objects of other kinds.
const WITH_OTHERS: &str = r#"
CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER "t 1" BEFORE INSERT OR UPDATE OF a ON public.source FOR EACH ROW WHEN (NEW.a > 0) EXECUTE FUNCTION public.f('x''y');
ALTER TABLE public.source ENABLE REPLICA TRIGGER "t 1";
CREATE CONSTRAINT TRIGGER ct AFTER INSERT ON public.source DEFERRABLE FOR EACH ROW EXECUTE FUNCTION public.f();
CREATE TRIGGER on_parts AFTER INSERT ON public.parted FOR EACH ROW EXECUTE FUNCTION public.f();
COMMENT ON TRIGGER ct ON public.source IS 'kept';
CREATE FOREIGN DATA WRAPPER fdw;
CREATE SERVER far FOREIGN DATA WRAPPER fdw;
CREATE FOREIGN TABLE public.distant (a int OPTIONS (x 'y') NOT NULL) SERVER far OPTIONS (b '2', a '1');
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pg_monitor;
"#;

/// What servers write in one way at first and in another way when it has been restored, or when they are of another
/// version.
const WRITTEN_IN_MANY_WAYS: &str = r#"
CREATE TABLE public.places (lat numeric, lon numeric, name varchar(20), at timestamptz,
    CHECK (lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180), CHECK (EXTRACT(year FROM at) > 2000),
    CHECK ((lat = 1 OR lat = 2 OR lat = 3) OR NOT (lon = 1 AND (lon NOT BETWEEN 2 AND 3 OR lat IS NULL))));
CREATE INDEX places_near ON public.places (lat) WHERE lat BETWEEN 1 AND 2 AND lon BETWEEN 3 AND 4 AND name IN ('a', 'b');
CREATE POLICY near ON public.places USING (lat BETWEEN 1 AND 2 AND lon BETWEEN 3 AND 4)
    WITH CHECK (name IN ('a', 'b') AND (lat BETWEEN 1 AND 2 AND lon = 3));
CREATE VIEW public.ways AS SELECT at AT TIME ZONE 'UTC' AS zone, EXTRACT(epoch FROM at) AS epoch, OVERLAY(name PLACING 'x' FROM 2) AS o,
        SUBSTRING(name FROM 2 FOR 3) AS s, POSITION('x' IN name) AS p, TRIM(BOTH 'x' FROM name) AS t, NORMALIZE(name, NFC) AS n,
        name IS NORMALIZED AS is_n, name IS NFKD NORMALIZED AS is_d, (at, at) OVERLAPS (now(), now()) AS ov,
        sum(lat) OVER (ORDER BY lon ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS f
    FROM public.places WHERE lat BETWEEN SYMMETRIC 2 AND 1 AND lon BETWEEN 3 AND 4 AND name IN ('p', 'q');
CREATE FUNCTION public.with_defaults(a timestamptz DEFAULT (now() AT TIME ZONE 'UTC'),
    b boolean DEFAULT (1 BETWEEN 0 AND 2 AND 3 BETWEEN 2 AND 4)) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE public.to_call(IN a int, INOUT b text DEFAULT 'x, IN y', VARIADIC c int[] DEFAULT '{}')
    LANGUAGE plpgsql AS 'BEGIN END';
CREATE OPERATOR CLASS public.by_number FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=,
    OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int), FUNCTION 2 btint4sortsupport(internal);
CREATE UNLOGGED TABLE public.counted (id serial);
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor;
"#;

fn furnish(database: &TestDatabase) {
    database.execute(RELATIONS);
    database.execute(MORE_RELATIONS);
    database.execute(WITH_OTHERS);
    database.execute(WRITTEN_IN_MANY_WAYS);
}

#[tokio::test]
async fn a_database_does_not_drift_from_its_own_restored_dump() {
    for programs in every_installation() {
        let major = programs.version.major;
        if find_client("pg_dump", major).is_err() {
            continue;
        }
        let server = server_of(programs);
        let (original, restored) = (server.fresh_database(), server.fresh_database());
        furnish(&original);
        restore_into(&restored, &original, major);
        let drift = compare(&snapshot(&original).await, &snapshot(&restored).await);
        assert!(told(&drift).is_empty(), "{major}\n{}", told(&drift).join("\n"));
        assert!(drift.is_none());
    }
}

fn restore_into(restored: &TestDatabase, original: &TestDatabase, major: u32) {
    copy::restore(restored, &copy::dump(original, major));
}

#[tokio::test]
async fn relations_are_read_with_what_is_said_of_them() {
    let database = Server::shared().fresh_database();
    furnish(&database);
    let snapshot = snapshot(&database).await;
    assert_eq!(snapshot.gaps, []);
    let table = ObjectId::in_schema(Kind::Table, "odd \"name", "T\n1");
    let options = snapshot.get(&table).unwrap().pairs(Attribute::Options);
    assert_eq!(options, [("fillfactor".into(), "70".into())]);
    let column = |name: &str| snapshot.get(&table.part(Kind::Column, name)).unwrap();
    assert_eq!(column("Select").text(Attribute::DataType), Some("numeric(10,2)"));
    assert_eq!(column("Select").text(Attribute::Default), Some("1.5"));
    assert_eq!(column("Select").number(Attribute::Position), Some(2));
    assert!(column("Select").flag(Attribute::NotNull));
    assert_eq!(column("Select").list(Attribute::Grants), ["=r/postgres".into()]);
    assert_eq!(column("tags").text(Attribute::DataType), Some("text[]"));
    assert_eq!(column("tags").text(Attribute::Collation), Some("\"C\""));
    assert_eq!(column("tags").text(Attribute::Comment), Some("it's \\ \\x1b[31m"));
    assert_eq!(column("id").text(Attribute::Identity), Some("always"));
    assert_eq!(column("twice").text(Attribute::Generated), Some("(\"Select\" * (2)::numeric)"));

    let public = |kind, name: &str| ObjectId::in_schema(kind, "public", name);
    let part = |relation: &str, kind, name: &str| {
        snapshot.get(&public(Kind::Table, relation).part(kind, name)).unwrap_or_else(|| panic!("{name}"))
    };
    let definition = |relation: &str, name: &str| {
        part(relation, Kind::Constraint, name).text(Attribute::Definition).unwrap().to_owned()
    };
    assert_eq!(
        definition("source", "far"),
        "FOREIGN KEY (b, a) REFERENCES public.target(b, a) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL"
    );
    assert_eq!(definition("source", "late"), "CHECK ((a < 100))");
    assert!(part("source", Kind::Constraint, "late").flag(Attribute::Unvalidated));
    assert_eq!(definition("target", "target_key"), "UNIQUE (a, b)");
    let index = part("target", Kind::Index, "i x");
    assert_eq!(
        index.list(Attribute::Keys),
        ["lower(b)".into(), "a DESC NULLS LAST".into(), "c varchar_pattern_ops".into()]
    );
    assert_eq!(index.list(Attribute::Include), ["d".into()]);
    assert_eq!(index.text(Attribute::Predicate), Some("(a > 3)"));
    let sequence = snapshot.get(&public(Kind::Sequence, "owned")).unwrap();
    assert_eq!(sequence.text(Attribute::OwnedBy), Some("public.source.a"));
    let needed: Vec<String> = snapshot.needs(&public(Kind::View, "seen")).map(ToString::to_string).collect();
    assert!(needed.contains(&"public.source.a".to_owned()), "{needed:?}");
}

#[tokio::test]
async fn the_same_files_make_the_same_schema_on_every_version() {
    let mut first: Option<(u32, Snapshot)> = None;
    for programs in every_installation() {
        let major = programs.version.major;
        let server = server_of(programs);
        let database = server.fresh_database();
        furnish(&database);
        database.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        let snapshot = snapshot(&database).await;
        let Some((other, before)) = &first else {
            first = Some((major, snapshot));
            continue;
        };
        let drift = compare(before, &snapshot);
        assert!(told(&drift).is_empty(), "{other} and {major}\n{}", told(&drift).join("\n"));
    }
}

/// What the server would have written, had it been asked.
#[tokio::test]
async fn indexes_and_keys_are_written_as_the_server_writes_them() {
    for programs in every_installation() {
        let server = server_of(programs);
        let database = server.fresh_database();
        furnish(&database);
        let snapshot = snapshot(&database).await;
        let written = database.rows(
            "SET search_path = '';
             SELECT n.nspname, t.relname, c.conname, pg_get_constraintdef(c.oid)
             FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
             WHERE contype NOT IN ('n', 't') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND conislocal
               AND (contype <> 'f' OR conparentid = 0)",
        );
        assert!(written.len() > 10);
        for row in written {
            let [schema, table, name, definition] = row.map_texts();
            let id = ObjectId::in_schema(Kind::Table, schema, table).part(Kind::Constraint, name);
            let constraint = snapshot.get(&id).unwrap_or_else(|| panic!("{id}"));
            let mut built = constraint.text(Attribute::Definition).unwrap().to_owned();
            for (attribute, suffix) in [
                (Attribute::NoInherit, " NO INHERIT"),
                (Attribute::Deferrable, " DEFERRABLE"),
                (Attribute::Deferred, " INITIALLY DEFERRED"),
                (Attribute::Unvalidated, " NOT VALID"),
            ] {
                if constraint.flag(attribute) {
                    built.push_str(suffix);
                }
            }
            assert_eq!(built, definition, "{id}");
        }
        let written = database.rows(
            "SET search_path = '';
             SELECT n.nspname, t.relname, c.relname, pg_get_indexdef(c.oid)
             FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
             JOIN pg_namespace n ON n.oid = t.relnamespace
             WHERE n.nspname !~ '^pg_' AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid AND contype <> 'f')",
        );
        assert!(written.len() > 6);
        for row in written {
            let [schema, table, name, definition] = row.map_texts();
            let relation = ObjectId::in_schema(Kind::Table, schema, table);
            let id = relation.part(Kind::Index, name);
            let index = snapshot.get(&id).unwrap_or_else(|| panic!("{id}"));
            let keys = format!(" ({})", index.list(Attribute::Keys).join(", "));
            assert!(definition.contains(&keys), "{definition}: {keys}");
        }
    }
}

/// Everything of a snapshot as SQL, in an order that serves relations.
fn written(snapshot: &Snapshot) -> String {
    let mut objects: Vec<&Object> = snapshot.objects().iter().filter(|object| object.id.kind != Kind::Column).collect();
    objects.retain(|object| match object.id.kind {
        Kind::Schema => &*object.id.name != "public",
        kind => kind.is_relation() || kind.is_part() || matches!(kind, Kind::Sequence | Kind::Statistics),
    });
    // Parents before children, what is referred to before what refers.
    objects.sort_by_key(|object| {
        let is_child = object.get(Attribute::Inherits).is_some();
        let refers = object.text(Attribute::ConstraintType) == Some("foreign key");
        (object.id.kind, is_child, refers)
    });
    let made = objects.iter().flat_map(|object| ddl::create(object, snapshot));
    let completed = objects.iter().flat_map(|object| ddl::complete(object, snapshot));
    made.chain(completed).map(|statement| format!("{statement};\n")).collect()
}

#[tokio::test]
async fn what_is_written_of_relations_makes_the_same_again() {
    for programs in every_installation() {
        let major = programs.version.major;
        let server = server_of(programs);
        let (original, again) = (server.fresh_database(), server.fresh_database());
        original.execute(RELATIONS);
        original.execute(MORE_RELATIONS);
        let original = snapshot(&original).await;
        again.execute(&written(&original));
        let drift = compare(&original, &snapshot(&again).await);
        assert!(told(&drift).is_empty(), "{major}\n{}", told(&drift).join("\n"));
    }
}

trait Texts {
    fn map_texts(self) -> [String; 4];
}

impl Texts for Vec<Option<String>> {
    fn map_texts(self) -> [String; 4] {
        let texts: Vec<String> = self.into_iter().map(Option::unwrap_or_default).collect();
        texts.try_into().expect("four columns")
    }
}

#[tokio::test]
async fn the_session_is_afterwards_as_it_was() {
    let database = Server::shared().fresh_database();
    let connection = database.connect().await;
    let before = read(&connection, &Scope::default()).await.unwrap();
    // A second reading on the same session would fail inside an open transaction.
    let after = read(&connection, &Scope::default()).await.unwrap();
    assert_eq!(before.digest(), after.digest());
    let open = database.value(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'active' AND xact_start IS NOT NULL",
    );
    assert_eq!(open, "0");
}

#[tokio::test]
async fn a_role_that_may_only_read_sees_the_same() {
    let server = Server::own();
    let database = server.fresh_database();
    furnish(&database);
    server.execute("CREATE ROLE looks_on LOGIN");
    let target = resolved(&database.url().replace("postgres@", "looks_on@"));
    let options = SessionOptions { read_only: true, ..SessionOptions::named("test") };
    let connection = Connection::open(&target, &options).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(connection.info().user, "looks_on");
    let seen = read(&connection, &Scope::default()).await.unwrap_or_else(|error| panic!("{error}"));
    let drift = compare(&snapshot(&database).await, &seen);
    assert!(told(&drift).is_empty(), "{}", told(&drift).join("\n"));
}

#[tokio::test]
async fn a_standby_says_the_same_as_its_primary() {
    let primary = Server::own();
    let database = primary.fresh_database();
    furnish(&database);
    let standby = primary.standby();
    let target = resolved(&standby.url(database.name()));
    let connection = Connection::open(&target, &SessionOptions::named("test")).await.unwrap();
    assert!(connection.info().in_recovery);
    let seen = read(&connection, &Scope::default()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(seen.digest(), snapshot(&database).await.digest());
}

#[tokio::test]
async fn what_a_role_may_not_read_is_a_gap_and_never_no_drift() {
    let server = Server::own();
    let database = server.fresh_database();
    database.execute("CREATE TABLE public.t (a int); REVOKE SELECT ON pg_catalog.pg_policy FROM PUBLIC");
    server.execute("CREATE ROLE looks_on LOGIN");
    database.execute("ALTER TABLE public.t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON public.t USING (true)");
    let target = resolved(&database.url().replace("postgres@", "looks_on@"));
    let connection = Connection::open(&target, &SessionOptions::named("test")).await.unwrap();
    let seen = read(&connection, &Scope::default()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(seen.gaps.len(), 1);
    assert_eq!(seen.gaps[0].kinds, [Kind::Policy]);
    assert!(seen.gaps[0].reason.contains("looks_on"), "{}", seen.gaps[0].reason);
    let drift = compare(&snapshot(&database).await, &seen);
    assert!(drift.differences.is_empty());
    assert!(!drift.is_none());
}

#[tokio::test]
async fn what_is_left_out_is_left_out_with_its_parts() {
    let database = Server::shared().fresh_database();
    database.execute(
        "CREATE TABLE public.migrations_history (id serial PRIMARY KEY); CREATE TABLE public.audit_1 (id serial PRIMARY KEY);
         CREATE SCHEMA tidegate; CREATE TABLE tidegate.runs (a int); CREATE TABLE public.kept (a int);",
    );
    let scope = Scope {
        exclude: vec!["public.audit_*".parse().unwrap()],
        leave_out_relations: vec![("public".to_owned(), "migrations_history".to_owned())],
        leave_out_schemas: vec!["tidegate".to_owned()],
        cluster_objects: false,
    };
    let connection = database.connect().await;
    let snapshot = read(&connection, &scope).await.unwrap();
    let relations: Vec<String> = (snapshot.objects().iter())
        .filter(|object| object.id.kind.is_relation() || object.id.kind.is_part() || object.id.kind == Kind::Sequence)
        .map(|object| object.id.to_string())
        .collect();
    assert_eq!(relations, ["public.kept", "public.kept.a"]);
}

#[tokio::test]
async fn a_table_that_somebody_locks_is_waited_for_and_then_said() {
    let database = Server::shared().fresh_database();
    database.execute("CREATE TABLE public.t (a int); CREATE VIEW public.v AS SELECT * FROM public.t");
    let _hold = Hold::of(&database, "LOCK TABLE public.v IN ACCESS EXCLUSIVE MODE");
    let options =
        SessionOptions { lock_timeout: Some(std::time::Duration::from_millis(50)), ..SessionOptions::named("test") };
    let connection = Connection::open(&database.target(), &options).await.unwrap();
    let outcome = read(&connection, &Scope::default()).await;
    // Some versions write the query of a locked view without waiting.
    assert!(matches!(outcome, Ok(_) | Err(SnapshotError::Locked(_))), "{outcome:?}");
}
