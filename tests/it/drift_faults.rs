//! Drift while something breaks: whatever cannot be read is said, and never taken for no drift.

use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

use jiff::civil::date;
use tidegate::postgres::cluster::Shutdown;
use tidegate::postgres::snapshot::{Scope, read};
use tidegate::postgres::{Connection, SessionOptions};
use tidegate::schema::diff::{DiffOptions, diff};
use tidegate::schema::{Kind, ObjectId};

use crate::support::{Hold, PATIENCE, Run, Scratch, Server, TestDatabase, every_installation, resolved};

/// A view that cannot be written as long as somebody holds the table.
const VIEW: &str = "CREATE TABLE held (id int); CREATE VIEW over_held AS SELECT id FROM held";
const HOLD: &str = "LOCK TABLE held IN ACCESS EXCLUSIVE MODE";

/// Waits until somebody waits for a lock in this database.
fn wait_for_waiting(database: &TestDatabase) {
    let question =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let start = Instant::now();
    while database.value(question) == "0" {
        assert!(start.elapsed() < PATIENCE, "nobody waits");
    }
}

/// Compares an environment `one` on this database with an empty one, beside the test.
fn compare_beside(database: &TestDatabase, empty: &TestDatabase, lines: &str) -> (Scratch, Receiver<Run>) {
    let scratch = Scratch::new();
    scratch.migration("20260101000000_create_nothing", "SELECT 1;\n", "SELECT 1;\n");
    scratch.configure_with(lines, &[("one", "development", database.url()), ("two", "development", empty.url())]);
    let mut command = scratch.tidegate();
    command.args(["drift", "one", "two"]);
    let (sender, run) = mpsc::channel();
    std::thread::spawn(move || sender.send(Run::of(&mut command)));
    (scratch, run)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_while_it_is_read_is_not_told_by_half() {
    let database = Server::shared().fresh_database();
    database.execute(VIEW);
    database.execute("CREATE TABLE other (id int CHECK (id > 0)); CREATE TABLE kept (id int CHECK (id > 0))");
    let connection = database.connect().await;
    let hold = Hold::of(&database, HOLD);
    let reading = tokio::spawn(async move { read(&connection, &Scope::default()).await });
    wait_for_waiting(&database);
    // What writes a constraint finds no table any more, and says nothing.
    database.execute("DROP TABLE other; CREATE TEMP TABLE passing (id int); DROP TABLE passing");
    drop(hold);
    let snapshot = reading.await.expect("reading does not panic").unwrap_or_else(|error| panic!("{error}"));
    let names: Vec<String> = snapshot.of_kind(Kind::Constraint).iter().map(|object| object.id.to_string()).collect();
    assert_eq!(names, ["public.kept.kept_id_check"]);
    assert!(snapshot.get(&ObjectId::in_schema(Kind::Table, "public", "other")).is_none());
}

#[test]
fn a_server_that_is_gone_while_it_is_read_is_told() {
    let mut server = Server::own();
    let empty = Server::shared().fresh_database();
    let database = server.fresh_database();
    database.execute(VIEW);
    let hold = Hold::of(&database, HOLD);
    let (_scratch, run) = compare_beside(&database, &empty, "");
    wait_for_waiting(&database);
    server.halt(Shutdown::Immediate);
    let run = run.recv_timeout(PATIENCE).expect("the comparison ends");
    drop(hold);
    assert_eq!(run.code(), Some(1), "{run:?}");
    assert!(run.errors.contains("one could not be read."), "{}", run.errors);
    assert!(run.errors.contains("connection to the server was lost"), "{}", run.errors);
    assert_eq!(run.output, "");
}

#[test]
fn a_question_that_takes_too_long_is_told_with_the_setting() {
    let (database, empty) = (Server::shared().fresh_database(), Server::shared().fresh_database());
    database.execute(VIEW);
    let _hold = Hold::of(&database, HOLD);
    let (_scratch, run) = compare_beside(&database, &empty, "[drift]\nstatement_timeout = \"50ms\"\n");
    let run = run.recv_timeout(PATIENCE).expect("the comparison ends");
    assert_eq!(run.code(), Some(1), "{run:?}");
    assert!(run.errors.contains("`statement_timeout` under `[drift]`"), "{}", run.errors);
    assert_eq!(run.output, "");
}

#[test]
fn who_is_not_let_in_is_told_which_side_it_is() {
    let server = Server::own();
    server.execute("CREATE ROLE looks_on LOGIN");
    let (left, right) = (server.fresh_database(), server.fresh_database());
    server.execute(&format!("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", right.name()));
    let url = |database: &TestDatabase| server.url_as("looks_on", database.name());
    let scratch = Scratch::new();
    scratch.configure(&[("one", "development", left.url())]);
    let run = Run::of(scratch.tidegate().args(["drift", &url(&left), &url(&right)]));
    assert_eq!(run.code(), Some(1), "{run:?}");
    assert!(run.errors.contains("The database of the URL on the right could not be read."), "{}", run.errors);
    assert!(run.errors.contains("permission denied for database"), "{}", run.errors);
}

#[tokio::test]
async fn who_may_not_see_subscriptions_sees_publications() {
    for programs in every_installation() {
        let server = Server::own_with(|options| {
            options.programs = programs;
            options.template = None;
        });
        server.execute("CREATE ROLE looks_on LOGIN");
        let (database, empty) = (server.fresh_database(), server.fresh_database());
        database.execute("CREATE TABLE t (id int); CREATE PUBLICATION told FOR TABLE t");
        database.execute(
            "CREATE SUBSCRIPTION hidden CONNECTION 'host=/nowhere password=secret' PUBLICATION told WITH (connect = false)",
        );
        let mut snapshots = Vec::new();
        for database in [&database, &empty] {
            let target = resolved(&server.url_as("looks_on", database.name()));
            let connection = Connection::open(&target, &SessionOptions::named("test")).await.unwrap();
            snapshots.push(read(&connection, &Scope::default()).await.unwrap_or_else(|error| panic!("{error}")));
        }
        let drift = diff(&snapshots[1], &snapshots[0], &DiffOptions::on(date(2026, 1, 1)));
        let told: Vec<String> = drift.drifting().map(|one| format!("{} {}", one.id.kind, one.id)).collect();
        assert!(told.contains(&"publication told".to_owned()), "{told:?}");
        let gaps: Vec<&[Kind]> = snapshots[0].gaps.iter().map(|gap| &*gap.kinds).collect();
        assert_eq!(gaps, [[Kind::Subscription]]);
        database.execute(
            "ALTER SUBSCRIPTION hidden DISABLE; ALTER SUBSCRIPTION hidden SET (slot_name = NONE); DROP SUBSCRIPTION hidden",
        );
    }
}
