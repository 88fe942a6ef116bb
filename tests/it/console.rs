//! The console in a real pseudo-terminal, on a real server.

use crate::support::Terminal;
use crate::support::site::{ACCOUNTS, EMAIL, INDEX, Site};

/// Opens a window for everything pending and does its preflight.
fn to_apply(terminal: &mut Terminal, pending: &str) {
    terminal.wait_for(pending);
    terminal.send("w");
    terminal.wait_for("Gates");
    terminal.send("<enter>");
    terminal.wait_for("Start: Preflight");
    terminal.send("<enter>");
    terminal.wait_for("Start: Apply");
    terminal.send("<enter>");
}

#[test]
fn a_window_is_walked_through_from_the_board_to_the_report() {
    let site = Site::with_accounts("development", "");
    let mut terminal = Terminal::start(&site.scratch.tidegate(), 120, 40);
    to_apply(&mut terminal, "3 pending");
    terminal.wait_for("Start: Validate");
    assert_eq!(site.in_effect(), [ACCOUNTS, EMAIL, INDEX]);
    terminal.send("<enter>");
    terminal.wait_for("Start: Report");
    terminal.send("<enter>");
    terminal.wait_for("Close the window: everything is done");
}
