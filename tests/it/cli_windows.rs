//! Windows run from the command line: plans, confirmations, gates, failures, and the way back.

use rstest::rstest;
use serde_json::Value;

use crate::support::site::{ACCOUNTS, EMAIL, INDEX, Site, events};
use crate::support::{Hold, Running, Terminal};

/// Allowed hours that begin half a day from now.
fn not_now() -> String {
    let hour = (jiff::Timestamp::now().strftime("%H").to_string().parse::<u8>().expect("is an hour") + 12) % 24;
    format!("allowed_hours = \"{hour:02}:00-{hour:02}:30 UTC\"")
}

#[rstest]
#[case::development("development", &[])]
#[case::staging("staging", &["--confirm", "staging"])]
#[case::production("production", &["--confirm", "production"])]
fn a_window_goes_from_preflight_to_report_on_every_tier(#[case] tier: &str, #[case] confirm: &[&str]) {
    let site = Site::with_accounts(tier, "");
    let run = site.run(&[&["apply", tier], confirm].concat());
    assert_eq!(run.code(), Some(0), "{}\n{}", run.output, run.errors);
    assert!(run.output.starts_with(&format!("Done: 3 of 3 migrations applied to {tier}.\n")), "{}", run.output);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
    assert_eq!(
        site.database.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'accounts_email'::regclass"),
        "t"
    );

    let windows = site.windows();
    assert_eq!(windows.len(), 1);
    assert_eq!(windows[0]["state"], "complete");
    let report = site.does(&["report", tier]);
    assert!(report.contains(ACCOUNTS) && report.contains("SCOUT-2"), "{report}");
    assert_eq!(site.does(&["resume"]), "No window was left unfinished.\n");

    let again = site.run(&[&["apply", tier], confirm].concat());
    assert_eq!(again.code(), Some(0));
    assert_eq!(again.output, "There is nothing to apply: nothing is pending.\n");
}

#[rstest]
#[case::production_without("production", &["apply", "production"])]
#[case::production_with_yes("production", &["apply", "production", "--confirm", "yes"])]
#[case::production_in_capitals("production", &["apply", "production", "--confirm", "PRODUCTION"])]
#[case::staging_without("staging", &["apply", "staging"])]
#[case::another_name_in_development("development", &["apply", "development", "--confirm", "production"])]
#[case::rollback_in_development("development", &["rollback", "development", "--reason", "test"])]
#[case::mark("development", &["mark", "development"])]
fn nothing_is_written_without_the_right_confirmation(#[case] tier: &str, #[case] arguments: &[&str]) {
    let site = Site::with_accounts(tier, "");
    if arguments[0] == "rollback" {
        site.does(&["apply", "development"]);
    }
    let before = site.database.rows("SELECT oid::text FROM pg_class ORDER BY 1");
    let run = site.run(arguments);
    assert_eq!(run.code(), Some(4), "{}\n{}", run.output, run.errors);
    assert!(run.errors.contains(&format!("--confirm {tier}\n")), "{}", run.errors);
    assert_eq!(run.output, "");
    assert_eq!(site.database.rows("SELECT oid::text FROM pg_class ORDER BY 1"), before);
    assert!(site.windows().iter().all(|window| window["state"] == "complete"), "no window was opened");
}

#[test]
fn the_command_to_repeat_is_said_with_everything_that_was_given() {
    let site = Site::with_accounts("production", "");
    let run = site.run(&["apply", "production", "--to", EMAIL, "--waive", "ticket=it's late", "--confirm=staging"]);
    let expected =
        format!(r"  tidegate apply production --to {EMAIL} --waive 'ticket=it'\''s late' --confirm production");
    assert!(run.errors.contains(&expected), "{}", run.errors);
}

#[rstest]
#[case::yes("y", 0)]
#[case::in_full("YES", 0)]
#[case::no("n", 4)]
#[case::enter("", 4)]
fn staging_asks_on_the_terminal(#[case] keys: &str, #[case] code: u32) {
    let site = Site::with_accounts("staging", "");
    let mut command = site.scratch.tidegate();
    command.args(["apply", "staging", "--skip-backup"]);
    let mut terminal = Terminal::start(&command, 120, 40);
    terminal.wait_for("Apply this to staging? [y/N]");
    terminal.send(&format!("{keys}<enter>"));
    let status = terminal.wait_for_end();
    assert_eq!(status.exit_code(), code, "{}", terminal.screen());
}

#[test]
fn what_drops_rows_is_not_applied_without_a_backup() {
    let site = Site::with_accounts("staging", "");
    site.scratch.migration(
        "20260104000000_drop_accounts",
        "-- Author: ben\nDO $$ BEGIN DROP TABLE accounts; END $$;",
        "CREATE TABLE accounts (id int);",
    );
    let run = site.run(&["apply", "staging", "--confirm", "staging", "--skip-backup"]);
    assert_eq!(run.code(), Some(4), "{}\n{}", run.output, run.errors);
    let why = "20260104000000_drop_accounts drops the table accounts, and no rollback brings its rows back";
    assert!(run.errors.contains(why), "{}", run.errors);
    let run = site.run(&["apply", "staging", "--dry-run"]);
    assert!(run.output.contains("required, as the table accounts is dropped"), "{}", run.output);
    let run = site.run(&["apply", "staging", "--confirm", "staging"]);
    assert_eq!(run.code(), Some(0), "{}\n{}", run.output, run.errors);
    assert_eq!(site.windows()[0]["state"], "complete");
    let backups: Value = serde_json::from_str(&site.does(&["backups", "--format", "json"])).expect("is JSON");
    assert_eq!(backups["backups"].as_array().map(Vec::len), Some(1), "{backups}");
}

#[test]
fn a_dry_run_shows_everything_and_does_nothing() {
    let site = Site::with_accounts("production", &not_now());
    site.scratch.migration(
        "20260104000000_drop_accounts",
        "-- Author: ben\nDROP TABLE accounts;",
        "CREATE TABLE accounts (id int);",
    );
    let run = site.run(&["apply", "production", "--dry-run", "--waive", "allowed-hours=a test"]);
    // The last migration names no ticket, which production asks for.
    assert_eq!(run.code(), Some(4), "{}\n{}", run.output, run.errors);
    for expected in [
        "Apply 4 migrations to production [PRODUCTION]",
        ACCOUNTS,
        "1 statement, one by one, SCOUT-2, ben, release 1.1",
        "danger: line 2: DROP TABLE accounts",
        "The history table is missing here and will be made first.",
        "The schema tidegate is missing here",
        "required; the window takes it before it writes",
        "20260104000000_drop_accounts: the header names no ticket.",
        "--confirm production",
    ] {
        assert!(run.output.contains(expected), "{expected}\n{}", run.output);
    }
    assert_eq!(site.database.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
    assert!(site.windows().is_empty());

    let json = site.run(&["apply", "production", "--dry-run", "--format", "json"]);
    let events = events(&json.output);
    assert_eq!(events[0]["event"], "planned");
    assert_eq!(events[0]["confirmation"], "name");
    assert_eq!(events[0]["plan"]["items"][2]["stepwise"], true);
    assert_eq!(events[1]["event"], "ended");
    assert_eq!((&events[1]["result"], &events[1]["exit"]), (&"refused".into(), &4.into()));
}

#[rstest]
#[case::to(&["--to", EMAIL], &[ACCOUNTS, EMAIL])]
#[case::to_a_version(&["--to", "20260101000000"], &[ACCOUNTS])]
#[case::next(&["--next", "1"], &[ACCOUNTS])]
#[case::only(&["--only", ACCOUNTS], &[ACCOUNTS])]
fn what_is_asked_for_is_applied(#[case] which: &[&str], #[case] expected: &[&str]) {
    let site = Site::with_accounts("development", "");
    site.does(&[&["apply", "development"], which].concat());
    assert_eq!(site.in_effect(), expected);
}

#[test]
fn a_release_is_applied_and_rolled_back_as_one() {
    let site = Site::with_accounts("development", "");
    site.does(&["apply", "development", "--to", ACCOUNTS]);
    site.does(&["apply", "development", "--release", "1.1"]);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
    site.does(&["rollback", "development", "--release", "1.1", "--reason", "test", "--confirm", "development"]);
    assert_eq!(site.in_effect(), [ACCOUNTS]);
}

#[test]
fn a_rollback_is_kept_on_record_and_can_be_applied_again() {
    let site = Site::with_accounts("development", "");
    site.does(&["apply", "development"]);
    let rollback = ["rollback", "development", "--last", "2", "--reason", "it is slow", "--confirm", "development"];
    assert!(site.does(&rollback).starts_with("Done: 2 of 2 migrations rolled back on development."));
    assert_eq!(site.in_effect(), [ACCOUNTS]);
    let reason = "SELECT metadata #>> '{tidegate,rollback,reason}' FROM migrations_history WHERE migration_name = ";
    assert_eq!(site.database.value(&format!("{reason}'{EMAIL}'")), "it is slow");

    // What was rolled back is not applied again by accident.
    let all = site.run(&["apply", "development"]);
    assert_eq!(all.output, "There is nothing to apply: nothing is pending.\n");
    site.does(&["apply", "development", "--only", EMAIL, INDEX]);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);

    site.does(&["rollback", "development", "--to", ACCOUNTS, "--reason", "once more", "--confirm", "development"]);
    assert_eq!(site.in_effect(), [ACCOUNTS]);
}

#[rstest]
#[case::unknown_environment(&["apply", "producton"], 2, "Did you mean production?")]
#[case::unknown_migration(&["apply", "production", "--to", "20260102000000_alter_acounts_add_email"], 2, "Did you mean 20260102000000_alter_accounts_add_email?")]
#[case::unknown_gate(&["apply", "production", "--waive", "tickets=x"], 2, "there is no gate called tickets")]
#[case::gate_for_good(&["apply", "production", "--waive", "lock=x"], 2, "nothing waives the gate lock")]
#[case::no_reason(&["rollback", "production", "--confirm", "production"], 2, "--reason")]
#[case::empty_reason(&["rollback", "production", "--reason", " ", "--confirm", "production"], 2, "needs a reason")]
#[case::two_selections(&["apply", "production", "--next", "1", "--to", "x"], 2, "cannot be used with")]
#[case::skipped_backup(&["apply", "production", "--skip-backup"], 4, "requires a backup")]
#[case::unknown_window(&["resume", "2026"], 2, "There is no window called 2026.")]
#[case::unknown_report(&["report", "x\u{1b}[31m"], 2, "There is no window called x\\x1b[31m.")]
#[case::unknown_backup(&["backups", "--verify", "20260101T000000Z_x"], 2, "There is no backup called")]
fn a_slip_on_the_command_line_says_what_to_do(#[case] arguments: &[&str], #[case] code: i32, #[case] expected: &str) {
    let site = Site::with_accounts("production", "");
    let run = site.run(arguments);
    assert_eq!(run.code(), Some(code), "{}\n{}", run.output, run.errors);
    assert!(run.errors.contains(expected), "{}", run.errors);
    assert!(!run.errors.contains('\u{1b}'), "{}", run.errors);
}

#[rstest]
#[case(&["apply", "production", "--confirm", "production"])]
#[case(&["rollback", "production", "--reason", "test", "--confirm", "production"])]
#[case(&["mark", "production", "--confirm", "production"])]
fn a_read_only_environment_is_never_written(#[case] arguments: &[&str]) {
    let site = Site::with_accounts("production", "read_only = true");
    let run = site.run(arguments);
    assert_eq!(run.code(), Some(4), "{}", run.errors);
    assert!(run.errors.contains("production is read-only in the configuration"), "{}", run.errors);
}

#[rstest]
#[case::allowed_hours(&not_now(), "allowed hours", "allowed-hours=the pager went")]
#[case::ticket("ticket_pattern = \"OPS-[0-9]+\"", "tickets", "ticket=no time")]
fn a_closed_gate_refuses_until_it_is_waived(#[case] lines: &str, #[case] gate: &str, #[case] waiver: &str) {
    let site = Site::with_accounts("production", lines);
    let apply = ["apply", "production", "--confirm", "production"];
    let run = site.run(&apply);
    assert_eq!(run.code(), Some(4), "{}\n{}", run.output, run.errors);
    assert!(run.errors.contains(&format!("failed: {gate}: ")), "{}", run.errors);
    assert!(run.errors.contains("refused: 1 gate is closed. Nothing was written."), "{}", run.errors);
    assert_eq!(site.database.value("SELECT to_regclass('accounts') IS NULL"), "t");

    let waived = site.run(&[&apply[..], &["--waive", waiver]].concat());
    assert_eq!(waived.code(), Some(0), "{}", waived.errors);
    let (_, reason) = waiver.split_once('=').expect("has a reason");
    assert!(site.does(&["report", "production"]).contains(reason));
}

#[test]
fn a_database_that_says_it_is_another_environment_is_refused() {
    let site = Site::with_accounts("staging", "");
    site.does(&["mark", "staging", "--confirm", "staging"]);
    site.configure("production", "");
    let run = site.run(&["apply", "production", "--confirm", "production"]);
    assert_eq!(run.code(), Some(4), "{}", run.errors);
    assert!(run.errors.contains("The database says that it is staging (staging)"), "{}", run.errors);
    let run = site.run(&["apply", "production", "--dry-run", "--waive", "marker=it moved"]);
    assert_eq!(run.code(), Some(4), "only `mark` marks anew: {}", run.output);
    assert!(
        site.windows().iter().all(|window| window["state"] == "closed"),
        "nothing was begun, so nothing is left open"
    );

    let marked = site.run(&["mark", "production", "--confirm", "production"]);
    assert_eq!(marked.code(), Some(4), "{}", marked.errors);
    let waived = ["mark", "production", "--confirm", "production", "--waive", "marker=it moved"];
    assert!(site.does(&waived).contains("Before, it said that it was staging (staging)."));
    site.does(&["apply", "production", "--confirm", "production"]);
}

#[test]
fn a_migration_that_fails_says_what_is_true_and_can_be_run_again() {
    let site = Site::with_accounts("development", "");
    let bad = "-- Author: ana\nALTER TABLE accounts ADD COLUMN email text;\nSELECT 1/0;\n";
    site.scratch.write(format!("migrations/{EMAIL}.sql"), bad);
    let run = site.run(&["apply", "development"]);
    assert_eq!(run.code(), Some(1), "{}\n{}", run.output, run.errors);
    assert!(run.output.starts_with("Failed: 1 of 3 migrations applied to development.\n"), "{}", run.output);
    for expected in
        ["division by zero", "SQLSTATE: 22012", &format!("{EMAIL}.sql:3:"), "rolled back; the database is as it was"]
    {
        assert!(run.errors.contains(expected), "{expected}\n{}", run.errors);
    }
    assert_eq!(site.in_effect(), [ACCOUNTS]);

    // The window stays open and can be closed; the mended file runs in another one.
    assert_eq!(site.run(&["resume"]).code(), Some(3));
    site.does(&["resume", "development", "--close"]);
    assert_eq!(site.run(&["resume"]).code(), Some(0));
    site.scratch
        .write(format!("migrations/{EMAIL}.sql"), "-- Author: ana\nALTER TABLE accounts ADD COLUMN email text;\n");
    site.does(&["apply", "development"]);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
}

#[test]
fn a_script_that_runs_step_by_step_resumes_where_it_stopped() {
    let site = Site::with_accounts("development", "");
    site.does(&["apply", "development", "--to", EMAIL]);
    // Two rows that a unique index cannot have make the second statement fail half-way.
    site.scratch.write(
        format!("migrations/{INDEX}.sql"),
        "CREATE INDEX CONCURRENTLY accounts_id ON accounts (id);\n\
         CREATE UNIQUE INDEX CONCURRENTLY accounts_email ON accounts (email);\n",
    );
    site.database.execute("INSERT INTO accounts VALUES (1, 'same'), (2, 'same')");
    let run = site.run(&["apply", "development"]);
    assert_eq!(run.code(), Some(1), "{}\n{}", run.output, run.errors);
    assert!(run.errors.contains("1 of its 2 statements took effect and stay"), "{}", run.errors);
    let status = site.run(&["status"]);
    assert!(status.output.contains("interrupted"), "{}", status.output);
    let first = site.database.value("SELECT 'accounts_id'::regclass::oid");

    site.database.execute("DELETE FROM accounts WHERE id = 2");
    let resumed = site.run(&["resume", "development"]);
    assert_eq!(resumed.code(), Some(0), "{}\n{}", resumed.output, resumed.errors);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
    assert_eq!(site.database.value("SELECT 'accounts_id'::regclass::oid"), first, "the first statement ran once");
    assert_eq!(site.database.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), "0");
}

#[test]
fn a_second_operator_is_told_who_holds_the_environment() {
    let site = Site::with_accounts("development", "lock_timeout = \"10min\"");
    site.does(&["apply", "development", "--to", ACCOUNTS]);
    let hold = Hold::of(&site.database, "LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE");
    let mut command = site.scratch.tidegate();
    command.env("TIDEGATE_OPERATOR", "ana").args(["apply", "development", "--format", "json"]);
    let mut first = Running::start(&mut command);
    let waiting = first.wait_for("who is in the way", |line| {
        line["event"] == "waiting" && line["obstacles"].as_array().is_some_and(|obstacles| !obstacles.is_empty())
    });
    assert_eq!(waiting["obstacles"][0]["application"], "psql");

    let status = site.run(&["status"]);
    assert!(status.output.contains("a window is open: tidegate window ana@"), "{}", status.output);
    let second = site.run(&["apply", "development"]);
    assert_eq!(second.code(), Some(4), "{}", second.errors);
    assert!(second.errors.contains("in the hands of another operator: tidegate window ana@"), "{}", second.errors);
    let resume = site.run(&["resume", "development"]);
    assert_eq!(resume.code(), Some(4), "{}", resume.errors);
    assert!(resume.errors.contains("Another process on this machine is running the window"), "{}", resume.errors);

    drop(hold);
    let run = first.wait_for_end();
    assert_eq!(run.code(), Some(0), "{}\n{}", run.output, run.errors);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
}

#[test]
fn a_window_is_told_as_json_lines() {
    let site = Site::with_accounts("staging", "");
    let run = site.run(&["apply", "staging", "--confirm", "staging", "--skip-backup", "--format", "json"]);
    assert_eq!(run.code(), Some(0), "{}", run.errors);
    let lines = events(&run.output);
    let names: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!(names.first(), Some(&"planned"));
    for name in
        ["opened", "step_started", "checked", "migration_started", "migration_finished", "report_written", "closed"]
    {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    let skipped = lines.iter().find(|line| line["event"] == "step_finished" && line["step"] == "backup");
    assert_eq!(skipped.map(|line| line["outcome"]["result"].clone()), Some("skipped".into()));
    let last = lines.last().expect("there are lines");
    assert_eq!(last["event"], "ended");
    assert_eq!((&last["result"], &last["exit"], &last["closed"]), (&"done".into(), &0.into(), &true.into()));
    assert_eq!(last["done"], serde_json::json!([ACCOUNTS, EMAIL, INDEX]));
    assert_eq!(run.errors, "");
}

#[test]
fn what_a_server_says_never_acts_on_the_terminal() {
    let site = Site::of_tier("development");
    let name = "20260101000000_create_noise";
    let noise = "-- Author: ana\nDO $$ BEGIN RAISE NOTICE E'red \\x1b[31m bell \\x07'; RAISE EXCEPTION E'gone\\x1b[2J \\u202e'; END $$;";
    site.scratch.migration(name, noise, "SELECT 1;");
    for format in ["text", "json"] {
        let run = site.run(&["apply", "development", "--format", format]);
        assert_eq!(run.code(), Some(1));
        for text in [&run.output, &run.errors] {
            let acts = |character: char| (character.is_control() && character != '\n') || character == '\u{202e}';
            assert!(!text.contains(acts), "{text:?}");
        }
        assert!((run.output + &run.errors).contains("gone"));
    }
    let report = site.does(&["report", "development"]);
    assert!(!report.contains('\u{1b}'), "{report:?}");
}

#[test]
fn an_announcement_can_be_passed_over() {
    let site =
        Site::with_accounts("development", "[environment.hooks]\nannounce = \"echo hear ye > announced; false\"");
    let refused = site.run(&["apply", "development"]);
    assert_eq!(refused.code(), Some(1), "{}", refused.errors);
    assert!(refused.errors.contains("announce hook"), "{}", refused.errors);
    let run = site.run(&["apply", "development", "--skip-announce"]);
    assert_eq!(run.code(), Some(0), "{}", run.errors);
    assert!(run.errors.contains("skipped: the operator asked for a window without it"), "{}", run.errors);
}

#[test]
fn without_pg_dump_nothing_is_written_where_a_backup_is_required() {
    let site = Site::with_accounts("production", "[backup]\ndump_program = \"/nowhere/pg_dump\"");
    let run = site.run(&["apply", "production", "--confirm", "production"]);
    assert_eq!(run.code(), Some(4), "{}\n{}", run.output, run.errors);
    assert!(run.errors.contains("/nowhere/pg_dump") && run.errors.contains("`dump_program`"), "{}", run.errors);
    assert_eq!(
        site.database.value("SELECT count(*) FROM pg_class WHERE relname IN ('migrations_history', 'accounts')"),
        "0"
    );
    assert!(site.does(&["backups"]).starts_with("There are no backups"));
}

#[test]
fn an_environment_that_cannot_be_reached_is_a_failure() {
    let site = Site::with_accounts("development", "");
    site.scratch.configure(&[("development", "development", "postgresql://ana@/app?host=/nowhere")]);
    let run = site.run(&["apply", "development"]);
    assert_eq!(run.code(), Some(1));
    assert!(
        run.errors.contains("development could not be read.") && run.errors.contains("Nothing was done."),
        "{}",
        run.errors
    );
}
