//! The console cut off, stopped or held up in the middle of a window, and what it says then.

use crate::support::site::{ACCOUNTS, EMAIL, INDEX, Site};
use crate::support::{Hold, Terminal};

/// A window in the console whose second migration waits for a lock that the test holds.
fn waiting() -> (Site, Hold, Terminal) {
    let site = Site::with_accounts("development", "lock_timeout = \"10min\"");
    site.does(&["apply", "development", "--to", ACCOUNTS]);
    let hold = Hold::of(&site.database, "LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE");
    let mut terminal = Terminal::start(&site.scratch.tidegate(), 120, 40);
    terminal.wait_for("2 pending");
    terminal.send("w");
    terminal.wait_for("Gates");
    terminal.send("<enter>");
    terminal.wait_for("Start: Preflight");
    terminal.send("<enter>");
    terminal.wait_for("Start: Apply");
    terminal.send("<enter>");
    terminal.wait_for_all(&["waits for a lock that is held by", "(psql)", "idle in transaction"]);
    (site, hold, terminal)
}

fn to_the_report(terminal: &mut Terminal) {
    terminal.wait_for("Start: Validate");
    terminal.send("<enter>");
    terminal.wait_for("Start: Report");
    terminal.send("<enter>");
    terminal.wait_for("Close the window: everything is done");
}

#[test]
fn a_step_that_waits_can_be_stopped_and_gone_on_with() {
    let (site, hold, mut terminal) = waiting();
    terminal.send("q");
    terminal.wait_for("Ctrl-C stops it");
    terminal.send("<ctrl-c>");
    terminal.wait_for("Stop the running step?");
    terminal.send_until("x", "Stopped:");
    terminal.wait_for_all(&[
        "Its transaction was rolled back",
        "Try again: Apply",
        "Leave it open, to be resumed later",
    ]);
    assert_eq!(site.in_effect(), [ACCOUNTS]);
    drop(hold);
    terminal.send("<enter>");
    to_the_report(&mut terminal);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
}

#[test]
fn a_console_that_was_killed_tells_the_truth_and_goes_on() {
    let (site, hold, mut terminal) = waiting();
    terminal.kill();
    terminal.wait_for_end();

    let mut terminal = Terminal::start(&site.scratch.tidegate(), 120, 40);
    let truth = ["it may yet be committed", "pg_terminate_backend(", "0 of 2 are applied, says the history"];
    terminal.wait_for_all(&[&["left behind", "Apply was running when the console ended"], &truth[..]].concat());
    // Keys of the first moment are not heard; the next one is.
    terminal.send_until("<enter>", "Taking the window over");
    terminal.wait_for_all(&[EMAIL, "still runs it"]);
    drop(hold);
    let screen = terminal.wait_for_all(&["Found when the window was taken over", EMAIL, "What now?"]);
    // The script may have been committed or not: what the screen says of it is what the history says.
    let is_there = site.in_effect().len() == 2;
    assert_eq!(screen.contains("It is committed"), is_there, "{screen}");
    terminal.send("<enter>");
    to_the_report(&mut terminal);
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
}

#[test]
fn nobody_has_to_wait_for_what_the_server_still_runs() {
    let (site, _hold, mut terminal) = waiting();
    terminal.kill();
    terminal.wait_for_end();

    let list = site.run(&["resume"]);
    assert!(list.output.contains("not applied, but server process"), "{}", list.output);

    let mut terminal = Terminal::start(&site.scratch.tidegate(), 120, 40);
    terminal.wait_for("it may yet be committed");
    terminal.send_until("<enter>", "Taking the window over");
    terminal.wait_for("still runs it");
    terminal.send("<esc>");
    terminal.wait_for("The window was left open");
    terminal.send("r");
    terminal.wait_for("left behind");
}
