//! The history table: found, judged, read, watched for changes.

use jiff::Timestamp;
use rstest::rstest;
use tidegate::postgres::history::{self, Detail, HistoryState, HistoryTable, SharedTexts};
use tidegate::postgres::{Connection, SessionOptions};

use crate::support::ground::{Ground, grant};
use crate::support::{Server, resolved};

const PRESENT: HistoryState = HistoryState::Present { readable: true, writable: true, missing: Vec::new() };

#[tokio::test]
async fn a_history_is_absent_until_it_is_created_and_created_once() {
    let database = Server::shared().fresh_database();
    let connection = database.connect().await;
    let table = HistoryTable::new("Ops \"x\"", "my \"history\" é");
    assert_eq!(history::probe(&connection, &table).await.unwrap(), HistoryState::Absent);
    for _ in 0..2 {
        history::create(&connection, &grant(), &table, None).await.unwrap();
        assert_eq!(history::probe(&connection, &table).await.unwrap(), PRESENT);
    }
    assert_eq!(history::read(&connection, &table).await.unwrap(), []);
}

#[rstest]
#[case::view("CREATE VIEW migrations_history AS SELECT 1 AS id", "public.migrations_history is a view, not a table.")]
#[case::sequence("CREATE SEQUENCE migrations_history", "public.migrations_history is not a table.")]
#[case::other_tool(
    "CREATE TABLE migrations_history (version text)",
    "public.migrations_history is not a history table: it has no column id, it has no column migration_name, it has \
     no column applied_at, it has no column applied_by, it has no column execution_time, it has no column checksum, it \
     has no column rollback_applied, it has no column rollback_at, it has no column metadata."
)]
#[case::several_of_a_name(
    "CREATE TABLE migrations_history (id serial PRIMARY KEY, migration_name text NOT NULL, applied_at timestamptz, \
     applied_by text, execution_time interval, checksum text, rollback_applied boolean, rollback_at timestamptz, \
     metadata jsonb); CREATE UNIQUE INDEX ON migrations_history (migration_name) WHERE rollback_applied",
    "public.migrations_history is not a history table: its column migration_name is not unique."
)]
#[case::other_type(
    "CREATE TYPE \"bad\u{1b}[31m\" AS ENUM (); CREATE TABLE migrations_history (id serial PRIMARY KEY, migration_name \
     text UNIQUE, applied_at timestamp, applied_by text, execution_time interval, checksum text, rollback_applied \
     boolean, rollback_at timestamptz, metadata \"bad\u{1b}[31m\")",
    "public.migrations_history is not a history table: its column applied_at is of type timestamp without time zone, \
     not timestamp with time zone, its column metadata is of type \"bad\\x1b[31m\", not jsonb."
)]
#[tokio::test]
async fn what_cannot_be_a_history_is_said_in_words(#[case] statements: &str, #[case] expected: &str) {
    let database = Server::shared().fresh_database();
    database.execute(statements);
    let state = history::probe(&database.connect().await, &HistoryTable::default()).await.unwrap();
    assert_eq!(state, HistoryState::WrongShape(expected.to_owned()));
}

#[tokio::test]
async fn further_columns_and_wider_types_do_no_harm() {
    let database = Server::shared().fresh_database();
    database.execute(
        "CREATE TABLE migrations_history (note text, metadata jsonb, id bigint GENERATED ALWAYS AS IDENTITY, \
         migration_name varchar(200) PRIMARY KEY, applied_at timestamptz, applied_by varchar, execution_time interval, \
         checksum varchar(64), rollback_applied boolean, rollback_at timestamptz)",
    );
    assert_eq!(history::probe(&database.connect().await, &HistoryTable::default()).await.unwrap(), PRESENT);
}

#[tokio::test]
async fn rows_are_read_whoever_wrote_them() {
    let ground = Ground::new().await;
    ground.database.execute(
        "INSERT INTO migrations_history (id, migration_name, applied_at, applied_by, execution_time, checksum, \
             rollback_applied, rollback_at, metadata) VALUES
         (7, 'b', '2026-08-01 09:30:00.123456+00', 'ana', interval '1.5 s', 'no sum', true, 'infinity', '[1]'),
         (8, 'a', '-infinity', E'x\\u001b[31m', interval '-1 s', NULL, NULL, NULL, '{\"tidegate\": \"?\"}'),
         (9, 'C', '2026-08-01', '', NULL, NULL, false, NULL,
          '{\"tidegate\": {\"ticket\": \"S-1\", \"rounds\": [{}, {}], \"unheard\": 1}}')",
    );
    let rows = ground.history().await;
    assert_eq!(rows.iter().map(|row| &*row.name).collect::<Vec<_>>(), ["C", "a", "b"]);
    let [c, a, b] = rows.as_slice() else { panic!() };
    assert_eq!(b.applied_at, "2026-08-01T09:30:00.123456Z".parse::<Timestamp>().unwrap());
    assert_eq!((b.id, b.rolled_back, b.rollback_at), (7, true, Some(Timestamp::MAX)));
    assert_eq!(b.execution_time.map(|span| span.as_millis()), Some(1500));
    assert_eq!((b.checksum.as_deref(), &b.facts), (Some("no sum"), &None));
    assert_eq!((a.applied_at, a.execution_time, a.rolled_back), (Timestamp::MIN, None, false));
    assert_eq!(&*a.applied_by, "x\u{1b}[31m");
    let facts = c.facts.as_ref().unwrap();
    assert_eq!((facts.ticket.as_deref(), facts.rounds), (Some("S-1"), 2));
    let connection = ground.database.connect().await;
    let full = history::read_one(&connection, &ground.table, "b").await.unwrap().unwrap();
    assert_eq!((full.row, full.metadata), (b.clone(), Some(serde_json::json!([1]))));
    assert_eq!(history::read_one(&connection, &ground.table, "it's not there").await.unwrap(), None);
}

#[tokio::test]
async fn what_says_how_migrations_stand_is_read_without_the_rest() {
    let ground = Ground::new().await;
    let facts = format!("{{\"normalised\": \"{}\", \"operator\": \"ana\"}}", "0".repeat(64));
    ground.database.execute(&format!(
        "INSERT INTO migrations_history (migration_name, applied_at, applied_by, execution_time, checksum, \
             rollback_applied, rollback_at, metadata) VALUES
         ('a', now(), 'ana', interval '1.5 s', 'sum', true, now(), '{{\"tidegate\": {{\"operator\": \"bo\"}}}}'),
         ('b', now(), 'ana', NULL, NULL, NULL, NULL, '{{\"tidegate\": {facts}}}'),
         ('c', now(), 'ana', NULL, NULL, NULL, NULL, '[\"normalised\"]')"
    ));
    let connection = ground.database.connect().await;
    let read = async |detail| {
        history::read_sharing(&connection, &ground.table, detail, &SharedTexts::default()).await.unwrap()
    };
    let (mut whole, standing) = (read(Detail::Full).await, read(Detail::Standing).await);
    assert_eq!(whole[1].facts.as_ref().map(|facts| facts.normalised.is_some()), Some(true));
    assert!(whole[0].facts.take().is_some() && whole[0].execution_time.take().is_some());
    assert_eq!(standing, whole);
}

#[tokio::test]
async fn every_change_changes_the_token_and_nothing_else_does() {
    let database = Server::shared().fresh_database();
    let connection = database.connect().await;
    let table = HistoryTable::default();
    let token = async || history::change_token(&connection, &table).await.unwrap();
    let mut seen = token().await;
    assert_eq!(token().await, seen);
    let insert = |name: &str| {
        format!("INSERT INTO migrations_history (migration_name, applied_at, applied_by) VALUES ('{name}', now(), 'x')")
    };
    history::create(&connection, &grant(), &table, None).await.unwrap();
    for change in [
        "SELECT 1",
        &insert("a"),
        "UPDATE migrations_history SET checksum = 'x'",
        "UPDATE migrations_history SET checksum = 'x'",
        &format!("DELETE FROM migrations_history; {}", insert("a")),
        "DELETE FROM migrations_history",
        "DROP TABLE migrations_history",
    ] {
        database.execute(change);
        let now = token().await;
        assert_ne!(now, seen, "{change}");
        assert_eq!(token().await, now, "{change}");
        seen = now;
    }
}

#[tokio::test]
async fn what_a_login_may_not_do_is_said_in_words() {
    let server = Server::own();
    server.execute("CREATE ROLE clerk LOGIN; CREATE ROLE owner");
    let ground = Ground::on(&server).await;
    let clerk = resolved(&server.url_as("clerk", ground.database.name()));
    let clerk = Connection::open(&clerk, &SessionOptions::named("clerk")).await.unwrap();
    let state = async || history::probe(&clerk, &ground.table).await.unwrap();
    let missing = |readable: bool, missing: &[&str]| HistoryState::Present {
        readable,
        writable: missing.is_empty(),
        missing: missing.iter().map(|&words| words.to_owned()).collect(),
    };
    let table = "public.migrations_history";
    let sequence = format!("USAGE on the sequence of {table}.id");
    let all = ["SELECT", "INSERT", "UPDATE", "DELETE"].map(|privilege| format!("{privilege} on {table}"));
    let [select, insert, update, delete] = all.each_ref().map(String::as_str);
    assert_eq!(state().await, missing(false, &[select, insert, update, delete, &sequence]));
    ground.database.execute("GRANT SELECT, INSERT ON migrations_history TO clerk");
    assert_eq!(state().await, missing(true, &[update, delete, &sequence]));
    ground.database.execute(
        "GRANT ALL ON migrations_history TO clerk; GRANT USAGE ON SEQUENCE migrations_history_id_seq TO clerk",
    );
    assert_eq!(state().await, missing(true, &[]));
    ground.database.execute("ALTER TABLE migrations_history ENABLE ROW LEVEL SECURITY");
    let hidden = format!("seeing all rows of {table}: its row-level security may hide some");
    assert_eq!(state().await, missing(false, &[&hidden]));
    ground.database.execute("REVOKE USAGE ON SCHEMA public FROM PUBLIC");
    assert_eq!(state().await, missing(false, &["USAGE on the schema public", &hidden]));
    ground.database.execute("GRANT USAGE ON SCHEMA public TO clerk; ALTER TABLE migrations_history OWNER TO clerk");
    assert_eq!(state().await, missing(true, &[]));
    ground.database.execute("ALTER TABLE migrations_history FORCE ROW LEVEL SECURITY");
    assert_eq!(state().await, missing(false, &[&hidden]));
}
