//! What the command line reads without a window: the board, backups, validations.

use rstest::rstest;
use serde_json::Value;

use crate::support::site::{ACCOUNTS, EMAIL, INDEX, Site};

fn status(site: &Site) -> (Option<i32>, Value) {
    let run = site.run(&["status", "--format", "json"]);
    (run.code(), serde_json::from_str(&run.output).unwrap_or_else(|error| panic!("{error}: {}", run.output)))
}

#[test]
fn the_board_says_in_its_exit_status_whether_there_is_something_to_look_at() {
    let site = Site::with_accounts("development", "");
    let (code, board) = status(&site);
    assert_eq!((code, &board["environments"][0]["history"]), (Some(3), &"absent".into()));
    assert_eq!(board["environments"][0]["pending"], 3);

    site.does(&["apply", "development"]);
    let (code, board) = status(&site);
    assert_eq!(code, Some(0), "{board}");
    assert_eq!(board["migrations"][1]["environments"]["development"]["status"], "applied");
    assert_eq!(site.does(&["status", "--open"]).lines().last(), Some("Every migration is applied."));

    // A rollback is no finding; a changed file is.
    site.does(&["rollback", "development", "--reason", "test", "--confirm", "development"]);
    let (code, board) = status(&site);
    assert_eq!((code, &board["migrations"][2]["name"]), (Some(0), &INDEX.into()));
    let cell = &board["migrations"][2]["environments"]["development"];
    assert_eq!((&cell["status"], &cell["reason"]), (&"rolled_back".into(), &"test".into()));
    site.scratch.write(format!("migrations/{EMAIL}.sql"), "SELECT 1;");
    assert_eq!(status(&site).0, Some(3));
    assert!(site.run(&["status"]).output.contains("changed"));
}

#[rstest]
#[case::windows_became_unix("\r\n", "\n")]
#[case::unix_became_windows("\n", "\r\n")]
fn a_file_whose_line_endings_alone_were_changed_is_not_changed(#[case] before: &str, #[case] after: &str) {
    let site = Site::of_tier("development");
    let lines = ["-- Author: ana", "CREATE TABLE notes (", "  id int", ");", ""];
    site.scratch.migration(ACCOUNTS, &lines.join(before), "DROP TABLE notes;\n");
    site.does(&["apply", "development"]);
    site.scratch.migration(ACCOUNTS, &lines.join(after), "DROP TABLE notes;\n");
    let (code, board) = status(&site);
    let cell = &board["migrations"][0]["environments"]["development"];
    assert_eq!(
        (code, &cell["status"], &cell["line_endings_only"]),
        (Some(0), &"applied".into(), &true.into()),
        "{board}"
    );
    assert!(site.does(&["status"]).contains("applied (eol)"));

    site.scratch.migration(ACCOUNTS, &lines.join("\n\n"), "DROP TABLE notes;\n");
    let (code, board) = status(&site);
    let cell = &board["migrations"][0]["environments"]["development"];
    assert_eq!(
        (code, &cell["status"], &cell["line_endings_only"]),
        (Some(3), &"changed".into(), &false.into()),
        "{board}"
    );
}

#[test]
fn an_environment_that_cannot_be_reached_does_not_hide_the_others() {
    let site = Site::with_accounts("development", "");
    site.does(&["apply", "development"]);
    let nowhere = "postgresql://ana@/app?host=/nowhere";
    site.scratch.configure(&[("development", "development", site.database.url()), ("far", "staging", nowhere)]);
    let run = site.run(&["status"]);
    assert_eq!(run.code(), Some(1), "{}", run.errors);
    assert!(run.output.contains("unreachable: ") && run.output.contains(ACCOUNTS), "{}", run.output);
    assert_eq!(site.run(&["status", "development"]).code(), Some(0));
}

#[rstest]
#[case::another_shape("CREATE TABLE migrations_history (id int)", "another shape")]
fn a_history_that_cannot_be_used_is_said_to_be_so(#[case] made: &str, #[case] expected: &str) {
    let site = Site::with_accounts("development", "");
    site.database.execute(made);
    let run = site.run(&["status"]);
    assert_eq!(run.code(), Some(1), "{}", run.errors);
    assert!(run.output.contains("history unusable: ") && run.output.contains(expected), "{}", run.output);
    assert_eq!(site.run(&["apply", "development"]).code(), Some(4));
}

#[test]
fn a_backup_is_listed_and_its_damage_is_found() {
    let site = Site::with_accounts("development", "");
    site.does(&["apply", "development"]);
    let taken: Value =
        serde_json::from_str(&site.does(&["backup", "development", "--format", "json"])).expect("is JSON");
    let id = taken["manifest"]["id"].as_str().expect("has an id");
    assert!(site.does(&["backups", "development"]).contains(id));
    assert!(site.does(&["backups", "--verify", id]).contains("is as it was written"));

    let folder = std::path::Path::new(taken["folder"].as_str().expect("has a folder"));
    let archive = folder.join(taken["manifest"]["files"][0]["path"].as_str().expect("has a file"));
    let mut bytes = std::fs::read(&archive).expect("is there");
    *bytes.last_mut().expect("is not empty") ^= 1;
    std::fs::write(&archive, bytes).expect("is written");
    let run = site.run(&["backups", "--verify", id]);
    assert_eq!(run.code(), Some(1), "{}", run.errors);
    assert!(run.output.contains("is not to be trusted"), "{}", run.output);
}

/// The one report that lies in the state folder.
fn report_file(site: &Site) -> String {
    let folder = site.scratch.state().join("reports");
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut reports =
        files.flatten().map(|file| file.path()).filter(|path| path.extension().is_some_and(|it| it == "md"));
    let path = reports.next().expect("a report was written");
    assert_eq!(reports.next(), None);
    std::fs::read_to_string(path).expect("can be read")
}

#[test]
fn the_report_file_is_true_to_the_end() {
    let site = Site::with_accounts("development", "");
    let validation = site.scratch.write("validations/never.sql", "SELECT 'something is wrong';");
    assert_eq!(site.run(&["apply", "development"]).code(), Some(1));
    let report = report_file(&site);
    for line in ["- **Result:** not complete", "| validate | failed |", "| report | done |"] {
        assert!(report.contains(line), "{line}\n{report}");
    }
    std::fs::remove_file(validation).expect("is there");
    site.does(&["resume", "development"]);
    let report = report_file(&site);
    for line in ["- **Result:** complete", "| validate | done |", "| report | done |"] {
        assert!(report.contains(line), "{line}\n{report}");
    }
}

#[test]
fn a_window_that_is_closed_half_way_leaves_a_report() {
    let site = Site::with_accounts("development", "");
    site.scratch.write("validations/never.sql", "SELECT 'something is wrong';");
    assert_eq!(site.run(&["apply", "development"]).code(), Some(1));
    site.does(&["resume", "development", "--close"]);
    assert!(report_file(&site).contains("- **Result:** not complete"));
    assert_eq!(site.windows()[0]["state"], "closed");
}

#[test]
fn validations_fail_by_their_rows() {
    let site = Site::with_accounts("development", "");
    site.does(&["apply", "development"]);
    site.scratch.write(
        "validations/accounts.sql",
        "-- Description: Every account has an email\nSELECT id FROM accounts WHERE email IS NULL;",
    );
    assert!(site.does(&["validate", "development"]).contains("development is as it must be."));
    site.database.execute("INSERT INTO accounts VALUES (7)");
    let run = site.run(&["validate", "development"]);
    assert_eq!(run.code(), Some(1), "{}", run.errors);
    assert!(run.output.contains("Every account has an email"), "{}", run.output);
}
