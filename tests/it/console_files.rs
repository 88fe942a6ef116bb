//! Files that the console writes: new migrations, in a real pseudo-terminal and with a real editor.

use std::fs;
use std::path::PathBuf;

use crate::support::Terminal;
use crate::support::site::{ACCOUNTS, Site};

/// The files of the project's folder of migrations whose names end like this.
fn files(site: &Site, end: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(site.scratch.path().join("migrations")).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("can be read").path());
    paths.filter(|path| path.to_string_lossy().ends_with(end)).collect()
}

/// Opens the dialog for a new migration and says what it is about.
fn describe(terminal: &mut Terminal, words: &str, name: &str) {
    terminal.wait_for("3 pending");
    terminal.send("c");
    terminal.wait_for("[create]");
    terminal.send("a");
    terminal.wait_for("[alter]");
    terminal.send(&format!("<tab>{words}"));
    terminal.wait_for_all(&[&format!("{name}.sql"), &format!("{name}.down.sql")]);
}

#[test]
fn a_migration_is_made_edited_and_selected_on_the_board() {
    let site = Site::with_accounts("staging", "");
    let script =
        "sed 's/^-- TODO.*/ALTER TABLE accounts ADD COLUMN owner text;/' \"$1\" > \"$1.new\" && mv \"$1.new\" \"$1\"\n";
    let editor = site.scratch.write("editor.sh", script);
    let mut console = site.scratch.tidegate();
    console.env("VISUAL", format!("sh {}", editor.display()));
    let mut terminal = Terminal::start(&console, 100, 30);
    describe(&mut terminal, "Account owners!", "_alter_account_owners");
    terminal.send("<tab>SCOUT-9<enter>");
    terminal.wait_for("4 pending");
    terminal.send("<enter>");
    terminal.wait_for_all(&["ALTER TABLE accounts ADD COLUMN owner text;", "Ticket: SCOUT-9"]);
    assert_eq!((files(&site, "_alter_account_owners.sql").len(), files(&site, "_owners.down.sql").len()), (1, 1));
    terminal.send("qq");
    assert!(terminal.wait_for_end().success());
}

#[test]
fn without_an_editor_the_console_says_where_the_new_migration_lies() {
    let site = Site::with_accounts("staging", "");
    let mut terminal = Terminal::start(&site.scratch.tidegate(), 80, 24);
    describe(&mut terminal, "owners", "_alter_owners");
    terminal.send("<enter>");
    let screen = terminal.wait_for_all(&["Neither VISUAL nor EDITOR names an editor", "_alter_owners.sql in."]);
    assert!(screen.contains("migrations/2"), "{screen}");
    terminal.wait_for("4 pending");
    assert_eq!(files(&site, "_alter_owners.sql").len(), 1);
}

#[test]
fn a_dialog_that_is_left_writes_nothing() {
    let site = Site::with_accounts("staging", "");
    let mut terminal = Terminal::start(&site.scratch.tidegate(), 80, 24);
    describe(&mut terminal, "owners", "_alter_owners");
    terminal.send("<esc>");
    terminal.wait_without("_alter_owners");
    terminal.send("q");
    assert!(terminal.wait_for_end().success());
    assert!(files(&site, "_alter_owners.sql").is_empty());
}

#[test]
fn a_fix_is_shown_in_the_review_and_made() {
    let site = Site::with_accounts("staging", "");
    let mut terminal = Terminal::start(&site.scratch.tidegate(), 120, 40);
    terminal.wait_for("3 pending");
    terminal.send("v/20260101 exists<enter>");
    terminal.wait_for_all(&["if-exists", "add IF NOT EXISTS", "The table accounts"]);
    terminal.send("f");
    terminal.wait_for_all(&["+ CREATE TABLE IF NOT EXISTS accounts", "write"]);
    let up = site.scratch.path().join(format!("migrations/{ACCOUNTS}.sql"));
    assert!(!fs::read_to_string(&up).expect("is text").contains("IF NOT EXISTS"), "nothing is written yet");
    terminal.send_until("<enter>", "Fixed if-exists");
    assert!(fs::read_to_string(&up).expect("is text").contains("CREATE TABLE IF NOT EXISTS accounts"));
    // The file is judged anew.
    terminal.wait_without("The table accounts");
}

#[test]
fn what_is_applied_is_not_fixed_in_the_console() {
    let site = Site::with_accounts("staging", "");
    site.does(&["apply", "staging", "--to", ACCOUNTS, "--confirm", "staging"]);
    let mut terminal = Terminal::start(&site.scratch.tidegate(), 120, 40);
    terminal.wait_for("2 pending");
    terminal.send("va/20260101 exists<enter>");
    terminal.wait_for("The table accounts");
    terminal.send("f");
    terminal.wait_for_all(&["stays as it is", "on record in"]);
}
