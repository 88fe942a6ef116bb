//! Drift between environments, files and databases, as the command tells it: explained, unexplained, unproven.

use serde_json::Value;

use crate::connect_pooler::Pooler;
use tidegate::postgres::shadow::{Ground, Shadow, ShadowServer};

use crate::support::site::{ACCOUNTS, EMAIL, INDEX, Site};
use crate::support::{Run, Scratch, Server, TestDatabase};

/// Two environments of one project, `staging` and `production`.
struct Pair {
    scratch: Scratch,
    staging: TestDatabase,
    production: TestDatabase,
}

const NOTES: &str = "20260104000000_create_notes";

impl Pair {
    fn new() -> Self {
        Self::with("", Server::shared())
    }

    /// With these lines in the configuration.
    fn with(lines: &str, server: &Server) -> Self {
        let pair =
            Self { scratch: Scratch::new(), staging: server.fresh_database(), production: server.fresh_database() };
        pair.scratch.configure_with(
            lines,
            &[("staging", "staging", pair.staging.url()), ("production", "production", pair.production.url())],
        );
        pair.scratch.migration(ACCOUNTS, "CREATE TABLE accounts (id int PRIMARY KEY);\n", "DROP TABLE accounts;\n");
        pair.scratch.migration(
            EMAIL,
            "ALTER TABLE accounts ADD COLUMN email text;\n",
            "ALTER TABLE accounts DROP COLUMN email;\n",
        );
        pair.scratch.migration(
            INDEX,
            "CREATE INDEX CONCURRENTLY accounts_email ON accounts (email);\n",
            "DROP INDEX CONCURRENTLY accounts_email;\n",
        );
        pair
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.scratch.tidegate().args(arguments))
    }

    /// Brings an environment up to a migration.
    fn apply(&self, environment: &str, to: &str) {
        let arguments = [
            "apply",
            environment,
            "--confirm",
            environment,
            "--to",
            to,
            "--waive",
            "ticket=a test",
            "--waive",
            "backup=a test",
        ];
        self.run(&arguments).expect_success();
    }

    /// Compares, and expects this exit status.
    fn drift(&self, arguments: &[&str], status: i32) -> Value {
        let run = self.run(&[&["drift", "--format", "json"], arguments].concat());
        assert_eq!(run.code(), Some(status), "{}\n{}", run.output, run.errors);
        serde_json::from_str(&run.output).unwrap()
    }
}

/// What is found of each difference: name, presence, finding, who departs, explained by.
fn findings(document: &Value) -> Vec<String> {
    let differences = document["differences"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    differences
        .filter(|difference| difference["verdict"] == "drift")
        .map(|difference| {
            let by: Vec<String> =
                difference["explained_by"].as_array().unwrap().iter().map(|cause| text(&cause["migration"])).collect();
            format!(
                "{} {} {} {} {} [{}]",
                text(&difference["kind"]),
                text(&difference["qualified"]),
                text(&difference["presence"]),
                text(&difference["finding"]),
                text(&difference["departs"]),
                by.join(" ")
            )
        })
        .collect()
}

#[test]
fn what_follows_from_a_lacking_migration_is_explained_and_what_was_done_by_hand_is_not() {
    let pair = Pair::new();
    pair.apply("staging", INDEX);
    pair.apply("production", ACCOUNTS);
    pair.production.execute("ALTER TABLE accounts ADD COLUMN hot_fix int");

    let document = pair.drift(&["staging", "production"], 3);
    assert_eq!(
        findings(&document),
        [
            format!("column public.accounts.email only_left explained - [{EMAIL}]"),
            "column public.accounts.hot_fix only_right unexplained right []".to_owned(),
            format!("index public.accounts.accounts_email only_left explained - [{INDEX}]"),
        ]
    );
    assert_eq!(document["right"]["lacks"], serde_json::json!([EMAIL, INDEX]));
    assert_eq!(document["counts"]["unexplained"], 1);

    // The same from the other side, and without naming it: production is compared with the tier below.
    let other = pair.drift(&["production"], 3);
    assert_eq!(other["left"]["name"], "production");
    assert_eq!(other["right"]["name"], "staging");
    assert_eq!(other["counts"], document["counts"]);

    let open = pair.drift(&["staging", "production", "--unexplained"], 3);
    assert_eq!(findings(&open), ["column public.accounts.hot_fix only_right unexplained right []"]);
    pair.production.execute("ALTER TABLE accounts DROP COLUMN hot_fix");
    assert_eq!(findings(&pair.drift(&["staging", "production", "--unexplained"], 0)), [""; 0]);

    pair.apply("production", INDEX);
    let same = pair.drift(&["staging", "production"], 0);
    assert_eq!((&same["conclusion"], findings(&same).len()), (&Value::from("none"), 0));
}

#[test]
fn the_files_are_a_side_of_their_own() {
    let pair = Pair::new();
    pair.apply("production", EMAIL);
    let document = pair.drift(&["files", "production"], 3);
    let expected = format!("index public.accounts.accounts_email only_left explained - [{INDEX}]");
    assert_eq!(findings(&document), [expected]);
    assert_eq!(document["left"]["side"], "files");

    pair.production.execute("DROP TABLE accounts");
    let document = pair.drift(&["production", "files"], 3);
    assert_eq!(findings(&document), [format!("table public.accounts only_right unexplained left [{INDEX}]")]);

    let run = pair.run(&["drift", "files", "files"]);
    assert_eq!(run.code(), Some(2));
    assert!(run.errors.contains("compared with themselves"), "{}", run.errors);
}

#[test]
fn a_file_that_was_changed_later_and_one_that_is_gone_are_named() {
    let pair = Pair::new();
    pair.apply("staging", ACCOUNTS);
    pair.scratch.migration(NOTES, "CREATE TABLE notes (id int);\n", "DROP TABLE notes;\n");
    pair.run(&["apply", "staging", "--confirm", "staging", "--only", NOTES]).expect_success();
    std::fs::remove_file(pair.scratch.path().join(format!("migrations/{NOTES}.sql"))).unwrap();
    std::fs::remove_file(pair.scratch.path().join(format!("migrations/{NOTES}.down.sql"))).unwrap();
    pair.scratch.migration(ACCOUNTS, "CREATE TABLE accounts (id bigint PRIMARY KEY);\n", "DROP TABLE accounts;\n");
    pair.apply("production", ACCOUNTS);

    let document = pair.drift(&["staging", "production"], 3);
    assert_eq!(
        findings(&document),
        ["table public.notes only_left unexplained left []", "column public.accounts.id changed unexplained left []",]
    );
    let suspects: Vec<&Value> =
        document["differences"].as_array().unwrap().iter().map(|difference| &difference["suspects"][0]).collect();
    assert_eq!((&suspects[0]["why"], &suspects[0]["migration"]), (&Value::from("no_file"), &Value::from(NOTES)));
    assert_eq!((&suspects[1]["why"], &suspects[1]["migration"]), (&Value::from("edited"), &Value::from(ACCOUNTS)));
}

#[test]
fn a_migration_that_cannot_be_replayed_is_named_with_its_place_and_what_can_be_said_is() {
    let pair = Pair::new();
    // The table that it needs was made before there were migrations.
    for database in [&pair.staging, &pair.production] {
        database.execute("CREATE TABLE legacy (id int)");
    }
    let name = "20260101120000_alter_legacy_add_name";
    pair.scratch.migration(
        name,
        "CREATE TABLE extra (id int);\n\nALTER TABLE legacy\n  ADD COLUMN name text;\n",
        "ALTER TABLE legacy DROP COLUMN name; DROP TABLE extra;\n",
    );
    pair.apply("staging", name);
    pair.apply("production", ACCOUNTS);
    pair.staging.execute("CREATE TABLE by_hand (id int)");

    let document = pair.drift(&["staging", "production"], 3);
    let failure = &document["failures"][0];
    assert_eq!((&failure["migration"], &failure["line"]), (&Value::from(name), &Value::from(3)));
    assert_eq!(failure["sqlstate"], "42P01");
    assert!(failure["why"].as_str().unwrap().contains("legacy"), "{failure}");
    // Production as it is, given what it lacks, shows what that makes; what was there before may be anybody's.
    assert_eq!(
        findings(&document),
        [
            "table public.by_hand only_left unproven - []".to_owned(),
            format!("table public.extra only_left explained - [{name}]"),
            format!("column public.legacy.name only_left explained - [{name}]"),
        ]
    );
    assert!(document["doubts"].to_string().contains("replayed from nothing"), "{document:#}");

    // So do the files, which are what production comes to.
    let document = pair.drift(&["files", "production"], 3);
    let explained = findings(&document);
    assert!(explained.iter().all(|finding| finding.contains(" explained ")), "{explained:?}");
    assert!(explained.iter().any(|finding| finding.contains("legacy.name")), "{explained:?}");

    let run = pair.run(&["drift", "staging", "production"]);
    assert_eq!(run.code(), Some(3));
    assert!(run.output.contains(&format!("{name} cannot be replayed: ")), "{}", run.output);
    assert!(run.output.contains(".sql:3: ") && run.output.contains("(SQLSTATE 42P01)"), "{}", run.output);
}

#[test]
fn rules_ignore_with_a_reason_and_are_reported_when_they_are_of_no_use() {
    let lines = "[drift]\nexclude = [\"scrap.*\", \"scrap\"]\nignore_comments = true\n\
         [[drift.ignore]]\nobjects = \"public.accounts.hot_*\"\nreason = \"Kept until the audit\"\n\
         [[drift.ignore]]\nobjects = \"nothing.like_it\"\nreason = \"Forgotten\"\n\
         [[drift.ignore]]\nobjects = \"public.old\"\nreason = \"Was due\"\nuntil = 2020-01-31\n";
    let pair = Pair::with(lines, Server::shared());
    pair.apply("staging", ACCOUNTS);
    pair.apply("production", ACCOUNTS);
    pair.production.execute(
        "ALTER TABLE accounts ADD COLUMN hot_fix int; COMMENT ON TABLE accounts IS 'x'; CREATE TABLE old (id int);
         CREATE SCHEMA scrap; CREATE TABLE scrap.t (id int)",
    );
    let document = pair.drift(&["staging", "production"], 3);
    assert_eq!(findings(&document), ["table public.old only_right unexplained right []"]);
    let states: Vec<&Value> = document["rules"].as_array().unwrap().iter().map(|rule| &rule["state"]).collect();
    assert_eq!(states, ["applied", "without_effect", "expired"]);
    let run = pair.run(&["drift", "staging", "production"]);
    assert!(run.output.contains("expired on 2020-01-31") && run.output.contains("fits nothing here"), "{}", run.output);
}

#[test]
fn a_hostile_name_never_acts_on_a_terminal_or_a_page() {
    let pair = Pair::new();
    pair.production.execute("CREATE TABLE \"\u{1b}[2J<script>\"\"x\" (\"a\nb\" int)");
    for format in ["text", "json", "html"] {
        let run = pair.run(&["drift", "staging", "production", "--format", format, "-v"]);
        assert_eq!(run.code(), Some(3), "{}", run.errors);
        assert!(!run.output.contains('\u{1b}'), "{format}: {}", run.output);
        assert!(format != "html" || !run.output.contains("<script>"), "{}", run.output);
    }
}

#[test]
fn a_url_is_a_side_and_what_leads_nowhere_is_told() {
    let pair = Pair::new();
    pair.apply("staging", ACCOUNTS);
    let document = pair.drift(&["staging", pair.production.url()], 3);
    assert_eq!(document["right"]["side"], "url");
    // It has no history, so that nobody knows what it ought to have.
    assert_eq!(findings(&document), ["table public.accounts only_left unexplained unknown []"]);
    assert!(document["doubts"][0].as_str().unwrap().contains("no history table"), "{document}");

    let run = pair.run(&["drift", "stagin", "production"]);
    assert_eq!(run.code(), Some(2));
    assert!(run.errors.contains("Did you mean staging?"), "{}", run.errors);
    let run = pair.run(&["drift", "staging", "postgresql://nobody@localhost:1/x"]);
    assert_eq!(run.code(), Some(1));
    assert!(run.errors.contains("could not be read"), "{}", run.errors);
}

#[test]
fn who_may_read_little_learns_what_is_unknown_and_never_that_nothing_differs() {
    let server = Server::own();
    server.execute("CREATE ROLE reader LOGIN; CREATE ROLE owner");
    let pair = Pair::with("", &server);
    pair.apply("staging", ACCOUNTS);
    pair.apply("production", ACCOUNTS);
    for database in [&pair.staging, &pair.production] {
        database.execute("GRANT SELECT ON migrations_history TO reader");
    }
    pair.production.execute("ALTER TABLE accounts ADD COLUMN hot_fix int");
    let reader = |database: &TestDatabase| server.url_as("reader", database.name());
    let (staging, production) = (reader(&pair.staging), reader(&pair.production));
    pair.scratch.configure(&[("staging", "staging", &staging), ("production", "production", &production)]);
    let run = pair.run(&["drift", "staging", "production"]);
    assert_eq!(run.code(), Some(3), "{}{}", run.output, run.errors);
    assert!(run.output.contains("hot_fix"), "{}", run.output);
}

#[test]
fn roles_and_logins_are_as_where_the_migrations_ran() {
    let server = Server::own();
    server.execute("CREATE ROLE deployer LOGIN; CREATE ROLE api NOLOGIN; GRANT api TO deployer");
    let pair = Pair::with("", &server);
    for database in [&pair.staging, &pair.production] {
        database.execute(&format!(
            "GRANT CREATE ON DATABASE {} TO deployer; GRANT ALL ON SCHEMA public TO deployer",
            database.name()
        ));
    }
    pair.scratch.migration(
        "20260101060000_create_api",
        "CREATE SCHEMA api AUTHORIZATION api;\nSET LOCAL ROLE api;\nCREATE TABLE api.t (id int);\n",
        "DROP SCHEMA api CASCADE;\n",
    );
    let deployer = |database: &TestDatabase| server.url_as("deployer", database.name());
    let (staging, production) = (deployer(&pair.staging), deployer(&pair.production));
    pair.scratch.configure(&[("staging", "staging", &staging), ("production", "production", &production)]);
    pair.apply("staging", EMAIL);
    let document = pair.drift(&["staging", "production"], 3);
    assert_eq!(document["counts"]["unexplained"], 0, "{document:#}");
    assert_eq!(document["counts"]["unproven"], 0, "{document:#}");
    let document = pair.drift(&["files", "staging"], 3);
    assert_eq!(findings(&document), [format!("index public.accounts.accounts_email only_left explained - [{INDEX}]")]);
}

#[tokio::test]
async fn the_grounds_of_both_sides_are_laid_at_once() {
    let server = Server::own();
    server.execute("CREATE ROLE deployer; CREATE ROLE api; GRANT api TO deployer");
    let connection = crate::connect::open(&server.url("postgres")).await.unwrap();
    let ground = Ground::read(&connection, &[]).await.unwrap();
    let cache = tempfile::tempdir().unwrap();
    let shadow = Shadow::start(&ShadowServer::Own, &connection.info().version, cache.path()).await.unwrap();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let laid = tokio::join!(ground.lay(&shadow, None, &mut left), ground.lay(&shadow, None, &mut right));
    assert!(laid.0.is_ok() && laid.1.is_ok());
    assert_eq!((left, right), (Vec::<String>::new(), Vec::new()), "each role is made once");
    shadow.close().await;
}

#[test]
fn a_standby_and_a_pooler_of_transactions_can_be_compared() {
    let primary = Server::own();
    let pair = Pair::with("", &primary);
    pair.apply("staging", EMAIL);
    primary.execute("CREATE TABLE apart (id int)");
    let standby = primary.standby();
    let names = |database: &TestDatabase| standby.url(database.name());
    let (staging, production) = (names(&pair.staging), names(&pair.production));
    pair.scratch.configure(&[("staging", "staging", &staging), ("production", "production", &production)]);
    let document = pair.drift(&["staging", "files"], 3);
    assert_eq!(document["left"]["standby"], true);
    assert_eq!(findings(&document), [format!("index public.accounts.accounts_email only_right explained - [{INDEX}]")]);

    let Some(pooler) = Pooler::start(&primary, "transaction") else { return };
    pair.drift(&[&pooler.url(), &primary.url("postgres")], 0);
    pair.drift(&[&pooler.url(), &primary.url("template1")], 3);
}

#[test]
fn a_configured_server_serves_as_shadow_and_nothing_stays_there() {
    let server = Server::own();
    let lines = format!("[drift.shadow]\nurl = \"{}\"\n", server.url("postgres"));
    let pair = Pair::with(&lines, Server::shared());
    pair.apply("staging", EMAIL);
    // A process that was killed has left this.
    server.execute("CREATE DATABASE tidegate_shadow_999999_0");
    let document = pair.drift(&["staging", "production"], 3);
    assert_eq!(document["counts"]["unexplained"], 0, "{document:#}");
    let question = "SELECT count(*) FROM pg_database WHERE datname LIKE 'tidegate%'";
    assert_eq!(server.fresh_database().value(question), "0");
}

#[test]
fn a_site_of_one_environment_is_compared_with_the_files() {
    let site = Site::with_accounts("development", "");
    let run = site.run(&["drift", "development"]);
    assert_eq!(run.code(), Some(3));
    assert!(run.output.contains("lacks 3 migrations"), "{}", run.output);
    site.does(&["apply", "development"]);
    let run = site.run(&["drift", "development"]);
    assert_eq!(run.code(), Some(0), "{}", run.output);
    assert!(run.output.contains("No drift between development and the files."), "{}", run.output);
}

#[test]
fn a_draft_is_proved_and_written_and_ends_the_drift_as_a_migration() {
    let pair = Pair::new();
    pair.apply("staging", INDEX);
    pair.apply("production", INDEX);
    pair.production.execute(
        "ALTER TABLE accounts ADD COLUMN hot_fix int NOT NULL DEFAULT 7; CREATE INDEX hot ON accounts (hot_fix)",
    );
    let run = pair.run(&["drift", "files", "production", "--unexplained", "--format", "sql"]);
    assert_eq!(run.code(), Some(3), "{}{}", run.output, run.errors);
    assert!(run.output.contains("-- Proved on a copy of the schema"), "{}", run.output);
    assert!(run.output.contains("hot_fix"), "{}", run.output);

    let run = pair.run(&["drift", "files", "production", "--unexplained", "--write", "keep the hot fix"]);
    assert_eq!(run.code(), Some(0), "{}{}", run.output, run.errors);
    assert!(run.output.contains("_alter_keep_the_hot_fix.sql"), "{}", run.output);
    // The other environments get it as any migration; then all are the same, and as the files say.
    pair.run(&["apply", "staging", "--confirm", "staging"]).expect_success();
    let document = pair.drift(&["staging", "production"], 0);
    assert_eq!(document["conclusion"], "none");

    // Where it was made by hand the migration passes over what it finds.
    let waived = ["--waive", "ticket=a test", "--waive", "backup=a test"];
    pair.run(&[&["apply", "production", "--confirm", "production"], &waived[..]].concat()).expect_success();
    pair.drift(&["files", "production"], 0);
}

#[test]
fn how_a_draft_is_written_is_only_said_where_one_is() {
    let pair = Pair::new();
    for format in [&[][..], &["--format", "json"]] {
        let run = pair.run(&[&["drift", "staging", "production", "--destructive"], format].concat());
        assert_eq!(run.code(), Some(2), "{run:?}");
        assert!(run.errors.contains("Add --format sql or --write DESCRIPTION"), "{}", run.errors);
        assert_eq!(run.output, "");
    }
}
