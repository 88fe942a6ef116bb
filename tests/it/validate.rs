//! Validation: the project's own SQL and what the catalogs say, on a real server.

use std::time::Duration;

use tidegate::config::{Policy, Tier};
use tidegate::postgres::checks::{self, CatalogFaults};
use tidegate::postgres::history::HistoryTable;
use tidegate::postgres::{Connection, SessionOptions};
use tidegate::window::plan::{Plan, PlanItem};
use tidegate::window::step::Direction;
use tidegate::window::validate::{self, ValidateError, ValidationEvent, ValidationRequest, ValidationResult, Verdict};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::support::{Scratch, Server, TestDatabase};

/// A project with validations, a database, and a window that applied one migration.
struct Scene {
    scratch: Scratch,
    database: TestDatabase,
    policy: Policy,
    history: HistoryTable,
    plan: Plan,
    before: Option<CatalogFaults>,
}

const NAME: &str = "20260801093000_create_metrics";

impl Scene {
    fn new() -> Self {
        let database = Server::shared().fresh_database();
        database.execute(&format!(
            "CREATE TABLE public.migrations_history (
               id SERIAL PRIMARY KEY, migration_name TEXT UNIQUE NOT NULL, applied_at TIMESTAMPTZ NOT NULL,
               applied_by TEXT NOT NULL, execution_time INTERVAL, checksum TEXT,
               rollback_applied BOOLEAN DEFAULT FALSE, rollback_at TIMESTAMPTZ, metadata JSONB);
             INSERT INTO public.migrations_history (migration_name, applied_at, applied_by, checksum)
             VALUES ('{NAME}', now(), 'ana', 'abc');
             CREATE TABLE metrics (id integer PRIMARY KEY, name text);
             INSERT INTO metrics VALUES (1, 'one'), (2, NULL), (3, E'red\\x1b[31m');"
        ));
        let item = PlanItem {
            name: NAME.to_owned(),
            file: "f.sql".to_owned(),
            checksum: "abc".to_owned(),
            recorded_checksum: "abc".to_owned(),
            statements: 1,
            stepwise: false,
            ticket: None,
            author: None,
            description: None,
            release: None,
            dangers: Vec::new(),
            drops: Vec::new(),
            warnings: Vec::new(),
        };
        let plan = Plan {
            environment: "staging".to_owned(),
            direction: Direction::Apply,
            reason: None,
            items: vec![item],
            creates_history: false,
            creates_store: false,
            warnings: Vec::new(),
        };
        Self {
            scratch: Scratch::new(),
            database,
            policy: Policy::of_tier(Tier::Staging),
            history: HistoryTable::default(),
            plan,
            before: Some(CatalogFaults::default()),
        }
    }

    fn validation(&self, name: &str, text: impl AsRef<[u8]>) {
        self.scratch.write(format!("validations/{name}"), text);
    }

    async fn connect(&self) -> Connection {
        let options = SessionOptions { read_only: true, ..SessionOptions::named("validate") };
        Connection::open(&self.database.target(), &options).await.unwrap_or_else(|error| panic!("{error}"))
    }

    async fn run_watching(
        &self,
        mut react: impl FnMut(&ValidationEvent, &CancellationToken),
    ) -> Result<Vec<ValidationResult>, ValidateError> {
        let connection = self.connect().await;
        let folder = self.scratch.path().join("validations");
        let request = ValidationRequest {
            folder: &folder,
            policy: &self.policy,
            history: &self.history,
            plan: &self.plan,
            before: self.before.as_ref(),
        };
        let (events, mut heard) = mpsc::channel(4);
        let cancel = CancellationToken::new();
        let listen = async {
            while let Some(event) = heard.recv().await {
                react(&event, &cancel);
            }
        };
        let act = async {
            let outcome = validate::run(&connection, &request, &events, &cancel).await;
            drop(events);
            outcome
        };
        tokio::join!(act, listen).0
    }

    async fn run(&self) -> Vec<ValidationResult> {
        self.run_watching(|_, _| {}).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// The results of the project's validations alone.
    async fn run_files(&self) -> Vec<ValidationResult> {
        self.run().await.into_iter().filter(|result| result.file.is_some()).collect()
    }

    /// The result of a built-in check.
    async fn built_in(&self, name: &str) -> Verdict {
        let results = self.run().await;
        let found = results.into_iter().find(|result| result.name == name && result.file.is_none());
        found.unwrap_or_else(|| panic!("no check is named {name}")).verdict
    }
}

#[tokio::test]
async fn a_healthy_database_passes_everything() {
    let scene = Scene::new();
    scene.validation("10_names.sql", "-- Description: Every metric has an id\nSELECT * FROM metrics WHERE id IS NULL;");
    scene.validation("20_more.sql", "BEGIN; SELECT 1 WHERE false; SELECT 2 WHERE false; COMMIT;");
    let results = scene.run().await;
    for result in &results {
        assert_eq!(result.verdict.word(), "passed", "{result:?}");
    }
    let names: Vec<&str> = results.iter().map(|result| result.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "The history says what the window did",
            "No script is left unfinished",
            "Every index is valid",
            "Every constraint is validated",
            "No trigger is switched off",
            "Every metric has an id",
            "20_more.sql",
        ]
    );
}

#[tokio::test]
async fn a_row_is_a_failure_and_is_shown() {
    let scene = Scene::new();
    scene.validation("names.sql", "SELECT 1 WHERE false;\n\nSELECT id, name FROM metrics ORDER BY id;\nSELECT 1/0;");
    let results = scene.run_files().await;
    let rows = [(1, Some("one")), (2, None), (3, Some("red\\x1b[31m"))];
    let rows = rows.map(|(id, name): (i32, Option<&str>)| vec![Some(id.to_string()), name.map(str::to_owned)]);
    let expected = Verdict::Rows {
        line: 3,
        columns: vec!["id".to_owned(), "name".to_owned()],
        rows: rows.to_vec(),
        total: 3,
        more: false,
    };
    assert_eq!(results[0].verdict, expected);
    assert!(!results[0].verdict.is_good());
}

#[tokio::test]
async fn millions_of_rows_are_cut_short() {
    let scene = Scene::new();
    scene.validation("a.sql", "SELECT generate_series(1, 1000000000), repeat('x', 1000) AS \"a\u{1b}b\"");
    scene.validation("b.sql", "SELECT 1 WHERE false");
    let results = scene.run_files().await;
    let Verdict::Rows { columns, rows, total, more, .. } = &results[0].verdict else { panic!("{results:?}") };
    assert_eq!((rows.len(), *total, *more), (20, 1000, true));
    assert_eq!(columns[1], "a\\x1bb");
    assert_eq!(rows[0][1].as_ref().unwrap().chars().count(), 200);
    assert_eq!(results[1].verdict.word(), "passed");
}

#[rstest::rstest]
#[case::unknown_table("SELECT 1 WHERE false;\n\nSELECT *\n  FROM nowhere;", Some(4), "42P01", "nowhere")]
#[case::write("SELECT 1 WHERE false;\nINSERT INTO metrics VALUES (9);", Some(2), "25006", "read-only")]
#[case::made_writable("SET TRANSACTION READ WRITE;\nDELETE FROM metrics;", Some(1), "25001", "read-write mode")]
#[case::made_writable_by_commit("COMMIT; BEGIN; DELETE FROM metrics; COMMIT;", Some(1), "", "")]
#[case::raised("DO $$ BEGIN RAISE EXCEPTION 'no % here', E'\\x1b[2J'; END $$;", Some(1), "P0001", "no \\x1b[2J here")]
#[tokio::test]
async fn what_cannot_be_run_is_an_error_with_its_place(
    #[case] text: &str,
    #[case] line: Option<u32>,
    #[case] sqlstate: &str,
    #[case] words: &str,
) {
    let scene = Scene::new();
    scene.validation("a.sql", text);
    scene.validation("b.sql", "SELECT 1 WHERE false");
    let results = scene.run_files().await;
    let Verdict::Error { line: found, sqlstate: state, message } = &results[0].verdict else { panic!("{results:?}") };
    assert_eq!((*found, state.as_deref().unwrap_or_default()), (line, sqlstate), "{message}");
    assert!(message.contains(words), "{message}");
    assert_eq!(results[1].verdict.word(), "passed");
    assert_eq!(scene.database.value("SELECT count(*) FROM metrics"), "3");
}

#[tokio::test]
async fn files_that_are_no_scripts_are_errors_too() {
    let scene = Scene::new();
    scene.validation("1_empty.sql", "-- nothing yet\n");
    scene.validation("2_latin.sql", b"SELECT 'caf\xe9';");
    scene.validation("3_meta.sql", "\\d metrics\n");
    let results = scene.run_files().await;
    let words: Vec<&str> = results.iter().map(|result| result.verdict.word()).collect();
    assert_eq!(words, ["warning", "error", "error"]);
}

#[tokio::test]
async fn a_statement_may_take_as_long_as_the_policy_says() {
    let mut scene = Scene::new();
    scene.policy.statement_timeout = Duration::from_millis(50);
    scene.validation("slow.sql", "SELECT pg_sleep(600)");
    let results = scene.run_files().await;
    let Verdict::Error { sqlstate, message, .. } = &results[0].verdict else { panic!("{results:?}") };
    assert_eq!(sqlstate.as_deref(), Some("57014"));
    assert!(message.contains("statement timeout"), "{message}");
}

#[tokio::test]
async fn the_policys_role_and_search_path_hold() {
    let mut scene = Scene::new();
    let role = format!("owner_of_{}", scene.database.name());
    scene.database.execute(&format!(
        "CREATE ROLE {role}; CREATE SCHEMA \"App\"; GRANT USAGE ON SCHEMA \"App\" TO {role}; \
         CREATE TABLE \"App\".things (); GRANT SELECT ON \"App\".things TO {role}"
    ));
    scene.policy.role = Some(role.clone());
    scene.policy.search_path = vec!["App".to_owned()];
    scene.validation(
        "a.sql",
        format!("SELECT current_user FROM things UNION SELECT current_user WHERE current_user <> '{role}'"),
    );
    let results = scene.run_files().await;
    scene.database.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
    assert_eq!(results[0].verdict.word(), "passed", "{results:?}");
}

#[tokio::test]
async fn a_running_validation_can_be_cancelled() {
    let scene = Scene::new();
    scene.validation("slow.sql", "SELECT pg_sleep(600)");
    let outcome = scene
        .run_watching(|event, cancel| {
            if matches!(event, ValidationEvent::Started { name, .. } if name == "slow.sql") {
                cancel.cancel();
            }
        })
        .await;
    assert!(matches!(outcome, Err(ValidateError::Cancelled)), "{outcome:?}");
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND state = 'active' \
                AND datname = current_database() AND pid <> pg_backend_pid()";
    assert_eq!(scene.database.value(busy), "0");
}

#[tokio::test]
async fn an_invalid_index_fails_when_the_window_left_it() {
    let mut scene = Scene::new();
    scene.database.execute("INSERT INTO metrics VALUES (4, 'one')");
    let (client, driver) = tokio_postgres::connect(scene.database.url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(driver);
    client.batch_execute("CREATE UNIQUE INDEX CONCURRENTLY \"Odd\" ON metrics (name)").await.unwrap_err();
    let Verdict::Failed { detail } = scene.built_in("Every index is valid").await else { panic!("a failure") };
    assert!(detail.starts_with("Invalid: public.\"Odd\" on public.metrics."), "{detail}");

    scene.before = Some(checks::catalog_faults(&scene.connect().await).await.unwrap());
    let verdict = scene.built_in("Every index is valid").await;
    assert_eq!(verdict.word(), "warning", "{verdict:?}");
}

#[tokio::test]
async fn what_a_window_leaves_behind_is_told_and_nothing_older() {
    let mut scene = Scene::new();
    scene.database.execute(
        "ALTER TABLE metrics ADD CONSTRAINT old CHECK (id > 0) NOT VALID;
         CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER old BEFORE INSERT ON metrics FOR EACH ROW EXECUTE FUNCTION nothing();
         ALTER TABLE metrics DISABLE TRIGGER old;
         CREATE TABLE parts (id integer) PARTITION BY RANGE (id);
         CREATE INDEX ON ONLY parts (id);",
    );
    scene.before = Some(checks::catalog_faults(&scene.connect().await).await.unwrap());
    assert_eq!(scene.before.as_ref().unwrap().invalid_indexes, []);
    for (check, count) in [("Every constraint is validated", 1), ("No trigger is switched off", 1)] {
        let expected = Verdict::Passed { detail: format!("{count} since before the window") };
        assert_eq!(scene.built_in(check).await, expected);
    }
    scene.database.execute(
        "ALTER TABLE metrics ADD CONSTRAINT \"New one\" CHECK (id > 1) NOT VALID;
         CREATE DOMAIN positive AS integer; ALTER DOMAIN positive ADD CONSTRAINT p CHECK (VALUE > 0) NOT VALID;
         CREATE TRIGGER fresh BEFORE INSERT ON metrics FOR EACH ROW EXECUTE FUNCTION nothing();
         ALTER TABLE metrics DISABLE TRIGGER fresh;",
    );
    let Verdict::Warning { detail } = scene.built_in("Every constraint is validated").await else { panic!() };
    assert!(detail.ends_with("\"New one\" on public.metrics, p on public.positive."), "{detail}");
    let Verdict::Warning { detail } = scene.built_in("No trigger is switched off").await else { panic!() };
    assert!(detail.ends_with("fresh on public.metrics."), "{detail}");
}

#[tokio::test]
async fn a_history_that_says_otherwise_fails() {
    let scene = Scene::new();
    let name = "The history says what the window did";
    scene.database.execute("UPDATE migrations_history SET checksum = 'abd'");
    let Verdict::Failed { detail } = scene.built_in(name).await else { panic!("a failure") };
    assert_eq!(detail, format!("{NAME} is recorded with another checksum than its file has."));
    scene.database.execute("DROP TABLE migrations_history");
    let Verdict::Failed { detail } = scene.built_in(name).await else { panic!("a failure") };
    assert_eq!(detail, "There is no history table public.migrations_history.");
}
