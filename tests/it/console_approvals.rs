//! Approvals in the console, in a real pseudo-terminal and on a real server that asks for the approver's password.

use std::path::Path;

use crate::support::Terminal;
use crate::support::office::{A, Office};

/// What only the approver knows.
const PASSWORD: &str = "high water";

/// The console on the screen of the first migration.
fn open(office: &Office) -> Terminal {
    let mut console = office.scratch.tidegate();
    console.env("TIDEGATE_OPERATOR", "carl tester");
    let mut terminal = Terminal::start(&console, 120, 40);
    terminal.wait_for("2 pending");
    terminal.send("g<enter>");
    terminal.wait_for_all(&["[SQL]", "CREATE TABLE a", "a approve"]);
    terminal
}

/// Whether a text stands in any file below a folder.
fn holds(folder: &Path, text: &str) -> bool {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("can be read").path()).any(|path| {
        if path.is_dir() {
            return holds(&path, text);
        }
        std::fs::read(&path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
    })
}

#[test]
fn an_approval_is_given_and_withdrawn_with_a_password_that_is_typed_unseen() {
    let office = Office::with_a_password(PASSWORD);
    let mut terminal = open(&office);
    terminal.send("a");
    terminal.wait_for("Approve as");
    terminal.type_by_hand("role      ", "reviewer");
    terminal.send("<enter>");
    terminal.wait_for("The server asks for the password of reviewer");
    terminal.send("low<enter>");
    terminal.wait_for("does not accept this password for reviewer");
    terminal.send(&format!("{PASSWORD}<enter>"));
    terminal.wait_for("Questions 0/6");

    terminal.send_until("y", "Yes, because");
    terminal.send_while("i", "in a few words");
    terminal.send("t records nothing");
    terminal.wait_for("it records nothing");
    terminal.send("<enter>");
    terminal.wait_for("Questions 1/6");
    terminal.send("yyyyy");
    terminal.wait_for("Questions 6/6");
    terminal.send("<enter>");
    terminal.wait_for_all(&["reviewer approves", A, "it records nothing", "Type production to go on:"]);
    terminal.type_by_hand("Type production to go on: ", "production");
    terminal.send("<enter>");
    terminal.wait_for_all(&["Approved by reviewer: it has all that it needs.", "approved by reviewer", "x withdraw"]);
    let on_record = "SELECT role || coalesce(' withdrawn by ' || withdrawn_by, '') FROM tidegate.approvals";
    assert_eq!(office.database.value(on_record), "reviewer");

    terminal.send("x");
    terminal.wait_for_all(&["Withdraw as", "(production)", "role      reviewer"]);
    terminal.send_until("<enter>", "The server asks for the password of reviewer");
    terminal.send(&format!("{PASSWORD}<enter>"));
    terminal.wait_for_all(&["Withdraw an approval", A, "It then lacks production approval", "[ Cancel ]"]);
    assert_eq!(office.database.value(on_record), "reviewer");
    terminal.send_until("y", "Withdrawn by reviewer: production.");
    terminal.wait_for_all(&["lacks production approval", "withdrawn by reviewer"]);
    assert_eq!(office.database.value(on_record), "reviewer withdrawn by reviewer");

    terminal.send("qq");
    assert!(terminal.wait_for_end().success());
    assert!(!String::from_utf8_lossy(&terminal.output()).contains("high"), "the password was on the screen");
    assert!(!holds(&office.scratch.path(), PASSWORD), "the password was written");
}

#[test]
fn who_may_not_approve_learns_it_before_any_question() {
    let office = Office::with_a_password(PASSWORD);
    let mut terminal = open(&office);
    terminal.send("a");
    terminal.wait_for("Approve as");
    terminal.type_by_hand("role      ", "ana");
    terminal.send("<enter>");
    terminal.wait_for_all(&["<ana@scout.example>", "Approve as"]);
    terminal.send("<esc>");
    terminal.wait_without("Approve as");
    assert_eq!(office.database.value("SELECT count(*) FROM tidegate.approvals"), "0");
    terminal.send("qq");
    assert!(terminal.wait_for_end().success());
}
