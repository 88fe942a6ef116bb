//! Windows that are stopped, cut off or lose their server, and what is true afterwards.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use rstest::rstest;
use rustix::process::Signal;
use serde_json::{Value, json};
use tidegate::postgres::cluster::Shutdown;

use crate::support::site::{ACCOUNTS, EMAIL, INDEX, Site, events};
use crate::support::{Hold, Run, Running, Server, waiting_for_the_disk};

/// A window whose next migration waits for a lock that somebody else holds.
fn waiting() -> (Site, Hold, Running) {
    let site = Site::with_accounts("development", "lock_timeout = \"10min\"");
    site.does(&["apply", "development", "--to", ACCOUNTS]);
    let (hold, window) = held(&site);
    (site, hold, window)
}

fn held(site: &Site) -> (Hold, Running) {
    let hold = Hold::of(&site.database, "LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE");
    let mut window = site.start(&["apply", "development", "--format", "json"]);
    window.wait_for("somebody in the way", is_waiting);
    (hold, window)
}

fn is_waiting(line: &Value) -> bool {
    line["event"] == "waiting" && line["obstacles"].as_array().is_some_and(|obstacles| !obstacles.is_empty())
}

fn ended(run: &Run) -> Value {
    events(&run.output).pop().expect("the last line says how it ended")
}

#[rstest]
#[case::interrupt(Signal::INT)]
#[case::hangup(Signal::HUP)]
fn the_first_ctrl_c_lets_the_statement_end(#[case] signal: Signal) {
    let (site, hold, mut window) = waiting();
    window.signal(signal);
    assert_eq!(window.wait_for_event("stopping")["how"], "after_statement");
    drop(hold);
    let run = window.wait_for_end();
    assert_eq!(run.code(), Some(4), "{}\n{}", run.output, run.errors);
    let ended = ended(&run);
    assert_eq!((&ended["result"], &ended["closed"]), (&json!("stopped"), &json!(false)), "{ended}");
    assert!(ended["message"].as_str().is_some_and(|message| message.contains("the database is as it was")), "{ended}");
    assert_eq!(site.in_effect(), [ACCOUNTS]);

    site.does(&["resume", "development"]);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
}

#[test]
fn the_second_ctrl_c_cancels_the_statement() {
    let (site, _hold, mut window) = waiting();
    window.signal(Signal::INT);
    window.wait_for_event("stopping");
    window.signal(Signal::INT);
    assert_eq!(window.wait_for_event("stopping")["how"], "now");
    let run = window.wait_for_end();
    assert_eq!(run.code(), Some(4), "{}\n{}", run.output, run.errors);
    assert_eq!(site.in_effect(), [ACCOUNTS]);
    assert_eq!(site.windows()[0]["state"], "open");
}

#[test]
fn being_asked_to_terminate_cancels_at_once() {
    let (site, _hold, window) = waiting();
    window.signal(Signal::TERM);
    let run = window.wait_for_end();
    assert_eq!(run.code(), Some(4), "{}\n{}", run.output, run.errors);
    assert_eq!(ended(&run)["result"], "stopped");
    assert_eq!(site.in_effect(), [ACCOUNTS]);
}

#[test]
fn a_window_that_was_killed_is_listed_with_the_truth_and_goes_on() {
    let (site, hold, window) = waiting();
    window.signal(Signal::KILL);
    window.wait_for_end();

    let list = site.run(&["resume"]);
    assert_eq!(list.code(), Some(3), "{}", list.errors);
    for expected in ["stands at", "apply", &format!("{EMAIL}: not applied"), "--confirm development"] {
        assert!(list.output.contains(expected), "{expected}\n{}", list.output);
    }
    let reminded = site.run(&["apply", "development", "--dry-run"]);
    assert!(reminded.errors.contains("was left unfinished here"), "{}", reminded.errors);

    drop(hold);
    // The killed console's statement may still have been committed; either way everything is applied once.
    let resumed = site.run(&["resume", "development"]);
    assert_eq!(resumed.code(), Some(0), "{}\n{}", resumed.output, resumed.errors);
    assert!(resumed.errors.contains(&format!("{EMAIL}: ")), "{}", resumed.errors);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
    assert_eq!(site.windows()[0]["state"], "complete");
    assert_eq!(site.windows()[0]["done"], 2);
}

#[test]
fn a_step_by_step_script_that_was_killed_goes_on() {
    let site = Site::with_accounts("development", "lock_timeout = \"10min\"");
    site.scratch.write(
        format!("migrations/{INDEX}.sql"),
        "CREATE TABLE notes (id int);\nCREATE INDEX CONCURRENTLY accounts_email ON accounts (email);\n",
    );
    site.does(&["apply", "development", "--to", EMAIL]);
    let (hold, window) = held(&site);
    window.signal(Signal::KILL);
    window.wait_for_end();
    assert_eq!(site.database.value("SELECT to_regclass('notes') IS NOT NULL"), "t", "the first statement stays");
    drop(hold);
    let resumed = site.run(&["resume", "development"]);
    assert_eq!(resumed.code(), Some(0), "{}\n{}", resumed.output, resumed.errors);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
    assert_eq!(site.database.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), "0");
}

#[test]
fn a_session_that_is_terminated_leaves_the_database_as_it_was() {
    let (site, hold, window) = waiting();
    site.database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE application_name LIKE 'tidegate window %' AND datname = current_database()",
    );
    let run = window.wait_for_end();
    drop(hold);
    assert_eq!(run.code(), Some(1), "{}\n{}", run.output, run.errors);
    assert_eq!(ended(&run)["result"], "failed");
    assert_eq!(site.in_effect(), [ACCOUNTS]);
    site.does(&["resume", "development"]);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
}

#[test]
fn a_server_that_is_lost_while_it_commits_leaves_the_outcome_unknown_until_it_is_asked() {
    let mut server = Server::own();
    let site = Site::on(&server, "development", "lock_timeout = \"10min\"");
    let name = "20260101000000_create_orders";
    // A constraint that is checked at COMMIT, and then waits for a lock that the test holds.
    let up = "-- Author: ana\n\
        CREATE TABLE gate (id int);\nCREATE TABLE orders (id int);\n\
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END $$;\n\
        CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait();\n\
        INSERT INTO orders VALUES (1);\n";
    site.scratch.migration(name, up, "DROP TABLE orders;\nDROP TABLE gate;\nDROP FUNCTION wait();");
    let hold = Hold::of(&site.database, "SELECT pg_advisory_xact_lock(42)");
    let mut window = site.start(&["apply", "development", "--format", "json"]);
    window.wait_for("somebody in the way", is_waiting);
    server.halt(Shutdown::Immediate);
    drop(hold);
    window.wait_for("the search for the server", |line| {
        line["event"] == "output" && line["line"].as_str().is_some_and(|line| line.contains("committing"))
    });
    // It looks for the server for a while; the operator does not want to wait for that.
    window.signal(Signal::TERM);
    let run = window.wait_for_end();
    assert_eq!(run.code(), Some(5), "{}\n{}", run.output, run.errors);
    assert_eq!(ended(&run)["result"], "unknown");

    let list = site.run(&["resume"]);
    assert_eq!(list.code(), Some(3));
    assert!(list.output.contains("not known: "), "{}", list.output);
    server.resume().expect("the server starts again");
    let list = site.run(&["resume"]);
    assert!(list.output.contains(&format!("{name}: not applied")), "{}", list.output);
    let resumed = site.run(&["resume", "development"]);
    assert_eq!(resumed.code(), Some(0), "{}\n{}", resumed.output, resumed.errors);
    assert_eq!(site.in_effect(), [name]);
}

/// Names of the migrations that a window has told to be done.
fn told(output: &str) -> Vec<String> {
    let finished = events(output)
        .into_iter()
        .filter(|line| line["event"] == "migration_finished" && line["outcome"]["result"] == "done");
    finished.filter_map(|line| line["name"].as_str().map(str::to_owned)).collect()
}

#[test]
fn small_migrations_are_told_while_a_long_one_runs() {
    let site = Site::of_tier("development");
    for number in 0..3 {
        let up = format!("CREATE TABLE quick_{number} ();");
        site.scratch.migration(&format!("2026010100000{number}_create_quick"), &up, "SELECT 1;");
    }
    site.scratch.migration("20260101000009_seed_slow", "SELECT pg_advisory_xact_lock(42);", "SELECT 1;");
    let hold = Hold::of(&site.database, "SELECT pg_advisory_xact_lock(42)");
    let mut window = site.start(&["apply", "development", "--format", "json"]);
    window.wait_for("the third of the small ones", |line| {
        line["event"] == "migration_finished" && line["name"] == "20260101000002_create_quick"
    });
    drop(hold);
    let run = window.wait_for_end();
    assert_eq!(run.code(), Some(0), "{}\n{}", run.output, run.errors);
    assert_eq!(site.in_effect().len(), 4);
}

#[test]
fn what_was_told_to_be_done_survives_a_crash_of_the_server_and_the_rest_is_done_again() {
    let mut server = Server::own_with(|options| options.settings.push(waiting_for_the_disk()));
    let site = Site::on(&server, "development", "");
    let names: Vec<_> = (0..400)
        .map(|number| format!("202601010{}{:02}{:02}_create_t", number / 3600, number / 60, number % 60))
        .collect();
    for (number, name) in names.iter().enumerate() {
        site.scratch.migration(name, &format!("CREATE TABLE t_{number} ();"), &format!("DROP TABLE t_{number};"));
    }
    let mut window = site.start(&["apply", "development", "--format", "json"]);
    window.wait_for("some to be done", |line| line["event"] == "migration_finished");
    server.halt(Shutdown::Immediate);
    window.signal(Signal::TERM);
    let run = window.wait_for_end();
    let told = told(&run.output);
    server.resume().expect("the server starts again");
    let kept = site.in_effect();
    assert_eq!(kept, names[..kept.len()], "what is kept is a beginning of the plan");
    assert!(!told.is_empty() && told.len() <= kept.len(), "told {} and kept {}", told.len(), kept.len());
    let tables = site.database.value("SELECT count(*) FROM pg_class WHERE relname ~ '^t_[0-9]+$'");
    assert_eq!(tables, kept.len().to_string(), "the history says what is there");
    site.does(&["resume", "development"]);
    assert_eq!(site.in_effect(), names);
}

#[test]
fn a_backup_that_is_interrupted_leaves_nothing_behind() {
    let site = Site::with_accounts("development", "lock_timeout = \"10min\"");
    site.does(&["apply", "development"]);
    let _hold = Hold::of(&site.database, "LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE");
    let mut command = site.scratch.tidegate();
    command.args(["backup", "development"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("starts");
    let errors = BufReader::new(child.stderr.take().expect("is piped"));
    let mut lines = errors.lines().map_while(Result::ok);
    lines.find(|line| line.contains("waits for process")).expect("the backup waits for the lock");
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, Signal::INT).expect("is running");
    let said: Vec<String> = lines.collect();
    assert_eq!(child.wait().expect("ends").code(), Some(4), "{said:?}");
    assert!(said.iter().any(|line| line.contains("cancelled")), "{said:?}");
    let backups = site.does(&["backups"]);
    assert!(backups.starts_with("There are no backups in "), "{backups}");
}

#[test]
fn a_backup_that_was_killed_is_never_taken_for_one() {
    let site = Site::with_accounts("development", "lock_timeout = \"10min\"");
    site.does(&["apply", "development", "--to", ACCOUNTS]);
    site.configure("production", "lock_timeout = \"10min\"");
    let hold = Hold::of(&site.database, "LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE");
    let mut window = site.start(&["apply", "production", "--confirm", "production", "--format", "json"]);
    window.wait_for("somebody in the way of the backup", is_waiting);
    window.signal(Signal::KILL);
    window.wait_for_end();
    drop(hold);

    let backups = || -> Vec<Value> {
        let list: Value = serde_json::from_str(&site.does(&["backups", "--format", "json"])).expect("is JSON");
        list["backups"].as_array().expect("is a list").clone()
    };
    assert!(backups().iter().all(|backup| backup["complete"] == false), "{:?}", backups());
    let resumed = site.run(&["resume", "production", "--confirm", "production"]);
    assert_eq!(resumed.code(), Some(0), "{}\n{}", resumed.output, resumed.errors);
    assert!(resumed.errors.contains("The backup was cut off"), "{}", resumed.errors);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
    let complete = backups().into_iter().filter(|backup| backup["complete"] == true).count();
    assert_eq!(complete, 1, "{:?}", backups());
}

#[test]
fn a_reader_that_goes_away_does_not_stop_a_window() {
    let site = Site::with_accounts("development", "");
    let mut command = site.scratch.tidegate();
    command.args(["apply", "development", "--format", "json"]).stdin(Stdio::null()).stdout(Stdio::piped());
    command.stderr(Stdio::piped());
    let mut child = command.spawn().expect("starts");
    drop(child.stdout.take());
    drop(child.stderr.take());
    assert_eq!(child.wait().expect("ends").code(), Some(0));
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
}

#[test]
fn a_script_that_gives_the_operators_lock_away_stops_the_window_until_it_is_taken_again() {
    let site = Site::of_tier("development");
    let (careless, next) = ("20260801100000_fix_careless", "20260801110000_create_next");
    site.scratch.migration(careless, "SELECT pg_advisory_unlock_all();\n", "SELECT 1;\n");
    site.scratch.migration(next, "CREATE TABLE next ();\n", "DROP TABLE next;\n");
    let run = site.run(&["apply", "development"]);
    assert_eq!(run.code(), Some(1), "{}\n{}", run.output, run.errors);
    assert!(run.errors.contains("the operator's lock") || run.output.contains("the operator's lock"), "{}", run.errors);
    assert_eq!(site.in_effect(), [careless], "what was done stays done, and nothing ran without the lock");

    site.does(&["resume", "development"]);
    assert_eq!(site.in_effect(), [careless, next]);
}
