//! The helpers themselves: a test that does not see what is there proves nothing.

use std::process::Command;

use crate::support::{PATIENCE, Run, Scratch, Server, Terminal, TestDatabase};

#[test]
fn databases_of_two_tests_do_not_see_each_other() {
    let one = Server::shared().fresh_database();
    let other = Server::shared().fresh_database();
    one.execute("CREATE TABLE here (id integer); INSERT INTO here VALUES (1), (2)");
    let tables = |database: &TestDatabase| database.value("SELECT count(*) FROM pg_class WHERE relname = 'here'");
    assert_eq!((tables(&one).as_str(), tables(&other).as_str()), ("1", "0"));
    assert_eq!(one.rows("SELECT NULL, 'x'"), [[None, Some("x".to_owned())]]);
    let said = Run::of(one.psql().args(["--tuples-only", "--no-align", "--command", "SELECT max(id) FROM here"]));
    assert_eq!(said.expect_success(), "2\n");
}

#[test]
fn a_database_goes_with_its_test() {
    let database = Server::shared().fresh_database();
    let name = database.name().to_owned();
    drop(database);
    let left = Server::shared().database_named("harness_counts");
    assert_eq!(left.value(&format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'")), "0");
}

#[test]
fn a_project_is_configured_and_read() {
    let scratch = Scratch::new();
    scratch.migration("20260801093000_create_metrics", "CREATE TABLE metrics ();", "DROP TABLE metrics;");
    scratch.configure(&[("staging", "staging", "postgresql://deployer@db.example/app")]);
    let config = scratch.config();
    assert_eq!(config.root, scratch.path());
    assert_eq!(config.environments[0].name.as_str(), "staging");
    assert!(scratch.path().join("migrations/20260801093000_create_metrics.down.sql").is_file());
    assert!(scratch.home().is_dir() && scratch.state().is_dir());
}

#[test]
fn the_binary_ends_with_a_status() {
    let run = Run::of(Scratch::new().tidegate().arg("--no-such-option"));
    assert!(run.code().is_some(), "{run:?}");
}

#[test]
fn a_terminal_shows_what_a_program_draws_and_passes_keys_on() {
    let script = "printf '\\033[?1049h\\033[?25l\\033[31m'; stty -echo; printf 'ready '; \
                  read -r line; printf '\\033[2Jgot %s' \"$line\"; read -r rest; printf '\\033[?25h\\033[?1049l'; exit 3";
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]).env("PATH", "/bin:/usr/bin").current_dir("/");
    let mut terminal = Terminal::start(&command, 80, 24);
    terminal.wait_for("ready");
    assert!(terminal.is_full_screen() && !terminal.shows_cursor());
    terminal.resize(100, 30);
    terminal.send("a<tab>");
    terminal.paste("bc");
    terminal.send("<enter>");
    terminal.wait_without("ready");
    // What the script echoes of a marked paste begins and ends with escapes that draw nothing.
    let screen = terminal.wait_until("the line", |screen| screen.contains("got a") && screen.contains("bc"));
    assert_eq!(screen, terminal.screen());
    terminal.send("<enter>");
    assert_eq!(terminal.wait_for_end().exit_code(), 3);
    assert!(!terminal.is_full_screen() && terminal.shows_cursor());
    let output = String::from_utf8(terminal.output()).unwrap();
    assert!(output.contains("\x1b[31m") && output.contains("\x1b[200~bc\x1b[201~"), "{output:?}");
}

#[test]
fn a_program_in_a_terminal_can_be_killed() {
    let mut command = Command::new("/bin/sleep");
    command.arg((2 * PATIENCE.as_secs()).to_string());
    let mut terminal = Terminal::start(&command, 80, 24);
    assert!(terminal.process_id() > 0);
    terminal.kill();
    assert!(!terminal.wait_for_end().success());
}
