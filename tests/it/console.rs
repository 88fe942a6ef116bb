//! Windows in the console, in a real pseudo-terminal and on a real server.

use crate::support::Terminal;
use crate::support::site::{ACCOUNTS, EMAIL, INDEX, Site};

/// Opens a window on what the board offers for this key, and does its preflight.
fn open(terminal: &mut Terminal, key: &str) {
    terminal.send(key);
    terminal.wait_for("Gates");
    terminal.send("<enter>");
    terminal.wait_for("Start: Preflight");
    terminal.send("<enter>");
}

/// Goes from the end of the apply step to the end of the window.
fn to_the_end(terminal: &mut Terminal) {
    terminal.wait_for("Start: Validate");
    terminal.send("<enter>");
    terminal.wait_for("Start: Report");
    terminal.send("<enter>");
    terminal.wait_for("Close the window: everything is done");
}

#[test]
fn a_window_is_walked_through_from_the_board_to_the_report() {
    let site = Site::with_accounts("development", "");
    let mut terminal = Terminal::start(&site.scratch.tidegate(), 120, 40);
    terminal.wait_for("3 pending");
    open(&mut terminal, "w");
    terminal.wait_for("Start: Apply");
    terminal.send("<enter>");
    to_the_end(&mut terminal);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
}

#[test]
fn production_is_written_only_after_a_backup_and_its_name_typed_by_hand() {
    let site = Site::with_accounts("production", "");
    let mut terminal = Terminal::start(&site.scratch.tidegate(), 120, 40);
    terminal.wait_for_all(&["[PRODUCTION]", "3 pending"]);
    open(&mut terminal, "w");
    terminal.wait_for("Start: Backup");
    terminal.send("s");
    terminal.wait_for("This step may not be passed over.");
    terminal.send("<enter>");
    terminal.wait_for_all(&["verified", "Start: Apply"]);

    terminal.send("<enter>");
    terminal.wait_for_all(&["Apply 3 migrations", ACCOUNTS, "backup", "Type production to go on:", "[ Cancel ]"]);
    // Enter alone cancels.
    terminal.send_while("<enter>", "Type production to go on:");
    terminal.wait_for("Start: Apply");
    terminal.send("<enter>");
    terminal.wait_for("Type production to go on:");
    terminal.paste_until("production", "Pasting does not count");
    assert_eq!(site.database.value("SELECT to_regclass('migrations_history') IS NULL"), "t", "nothing was written");
    terminal.type_by_hand("Type production to go on: ", "production");
    terminal.wait_for("[ Apply ]");
    terminal.send("<enter>");
    to_the_end(&mut terminal);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);

    terminal.send("o");
    terminal.wait_for_all(&["Deployment on production", "Result: complete"]);
    terminal.send("<esc>");
    terminal.wait_for("Close the window: everything is done");
    terminal.send("<enter>");
    terminal.wait_for("3 applied");
    let windows = site.windows();
    assert_eq!((&windows[0]["state"], windows.len()), (&"complete".into(), 1), "{windows:?}");
}

#[test]
fn the_last_migration_is_rolled_back_for_a_reason_that_stays_on_record() {
    let site = Site::with_accounts("development", "");
    site.does(&["apply", "development", "--to", EMAIL]);
    site.configure("production", "");
    let mut terminal = Terminal::start(&site.scratch.tidegate(), 120, 40);
    terminal.wait_for("2 applied");
    terminal.send("u");
    terminal.wait_for("Gates");
    terminal.send("<enter>");
    terminal.wait_for("reason");
    terminal.send("mail addresses are wrong");
    terminal.wait_for("mail addresses are wrong");
    terminal.send("<enter>");
    terminal.wait_for("Start: Preflight");
    terminal.send("<enter>");
    terminal.wait_for("Skip Backup");
    terminal.send("s");
    terminal.wait_for("Why is this step passed over?");
    terminal.send_while("n", "in a few words");
    terminal.send("o time");
    terminal.wait_for("no time");
    terminal.send("<enter>");
    terminal.wait_for("Start: Roll back");
    terminal.send("<enter>");
    terminal.wait_for_all(&["mail addresses are wrong", "none was taken", "Type production to go on:"]);
    terminal.type_by_hand("Type production to go on: ", "production");
    terminal.send("<enter>");
    to_the_end(&mut terminal);
    assert_eq!(site.in_effect(), [ACCOUNTS]);
    let reason = format!(
        "SELECT metadata #>> '{{tidegate,rollback,reason}}' FROM migrations_history WHERE migration_name = '{EMAIL}'"
    );
    assert_eq!(site.database.value(&reason), "mail addresses are wrong");
    let report = site.does(&["report", "production"]);
    for words in ["# Rollback on production", "mail addresses are wrong", "no time", "typed the name production"] {
        assert!(report.contains(words), "{words}\n{report}");
    }
}
