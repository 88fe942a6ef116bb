//! Drift while something breaks: whatever cannot be read is said, and never taken for no drift.

#[cfg(target_os = "linux")]
use std::path::PathBuf;
#[cfg(target_os = "linux")]
use std::process::{Command, Stdio};
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

/// The processes of this machine: number, parent, and what they call themselves.
#[cfg(target_os = "linux")]
fn processes() -> Vec<(u32, u32, String)> {
    let numbers = std::fs::read_dir("/proc").unwrap().flatten();
    let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let read = |number: u32, file: &str| std::fs::read_to_string(format!("/proc/{number}/{file}"));
    let process = |number: u32| {
        let stat = read(number, "stat").ok()?;
        let parent = stat.rsplit_once(") ")?.1.split_whitespace().nth(1)?.parse().ok()?;
        Some((number, parent, read(number, "cmdline").ok()?.replace('\0', " ")))
    };
    numbers.filter_map(process).collect()
}

/// The server of a shadow, started by this process, while one of its sessions runs a command; and its folder.
#[cfg(target_os = "linux")]
fn shadow_of(owner: u32, command: &str) -> (u32, PathBuf) {
    let start = Instant::now();
    loop {
        assert!(start.elapsed() < PATIENCE, "no session of a shadow runs {command}");
        let processes = processes();
        let sessions = processes.iter().filter(|(_, _, title)| title.trim_end().ends_with(command));
        let servers = sessions.filter_map(|(_, parent, _)| processes.iter().find(|(server, ..)| server == parent));
        if let Some((server, _, words)) = servers.into_iter().find(|(_, parent, _)| *parent == owner) {
            let folder = words.split(' ').skip_while(|word| *word != "-D").nth(1).expect("a server has a folder");
            return (*server, PathBuf::from(folder));
        }
        std::thread::yield_now();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_shadow_that_is_gone_while_a_draft_is_tried_is_told_and_nothing_stays() {
    let (one, two) = (Server::shared().fresh_database(), Server::shared().fresh_database());
    for database in [&one, &two] {
        // In a copy nobody comes past a comment.
        database.execute(&format!(
            "CREATE TABLE held (id int);
             CREATE FUNCTION hold() RETURNS event_trigger LANGUAGE plpgsql AS
             $$ BEGIN IF current_database() NOT IN ('{}', '{}') THEN PERFORM pg_sleep(600); END IF; END $$;
             CREATE EVENT TRIGGER hold ON ddl_command_start WHEN TAG IN ('COMMENT') EXECUTE FUNCTION hold()",
            one.name(),
            two.name()
        ));
    }
    two.execute("COMMENT ON TABLE held IS 'new'");
    let scratch = Scratch::new();
    scratch.migration("20260101000000_create_nothing", "SELECT 1;\n", "SELECT 1;\n");
    scratch.configure(&[("one", "development", one.url()), ("two", "development", two.url())]);
    let mut command = scratch.tidegate();
    command.args(["drift", "one", "two", "--write", "keep the comment"]);
    let tidegate = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (server, folder) = shadow_of(tidegate.id(), "COMMENT");
    assert!(Command::new("kill").args(["-9", &server.to_string()]).status().unwrap().success());

    let output = tidegate.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("The draft could not be tried, and nothing was written."), "{errors}");
    assert!(errors.contains("connection to the server was lost"), "{errors}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    let files = std::fs::read_dir(scratch.path().join("migrations")).unwrap().count();
    assert_eq!(files, 2, "only the migration that was there, and its rollback");
    let start = Instant::now();
    while folder.exists() {
        assert!(start.elapsed() < PATIENCE, "{} is left behind", folder.display());
    }
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
