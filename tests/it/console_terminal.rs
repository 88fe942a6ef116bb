//! The console and its terminal: sizes, signals, and giving back what was taken.

use std::process::Command;

use rustix::process::Signal;

use crate::support::Terminal;
use crate::support::site::Site;

#[test]
fn every_size_shows_what_there_is_room_for() {
    let site = Site::with_accounts("staging", "");
    let mut terminal = Terminal::start(&site.scratch.tidegate(), 120, 40);
    terminal.wait_for("3 pending");
    terminal.resize(60, 15);
    // In one line, as there is room for no more.
    terminal.wait_for("3 pending  no history table yet");
    terminal.resize(40, 10);
    terminal.wait_for("Needed: 60 x 15");
    terminal.resize(80, 24);
    let screen = terminal.wait_for("3 pending");
    assert!(!screen.contains("Needed"), "{screen}");
    terminal.send("q");
    assert!(terminal.wait_for_end().success());
}

#[test]
fn being_asked_to_terminate_gives_the_terminal_back() {
    let site = Site::with_accounts("staging", "");
    let mut terminal = Terminal::start(&site.scratch.tidegate(), 80, 24);
    terminal.wait_for("3 pending");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_end().exit_code(), 4);
    assert!(!terminal.is_full_screen() && terminal.shows_cursor());
    assert!(terminal.screen().contains("ended by SIGTERM"), "{}", terminal.screen());
}

#[test]
fn a_paused_console_leaves_the_terminal_to_the_shell_and_takes_it_again() {
    let site = Site::with_accounts("staging", "");
    let console = site.scratch.tidegate();
    let mut shell = Command::new("sh");
    // A shell that looks after its jobs, as one at a prompt does.
    let script = "\"$0\"; stty -a; echo paused; read line; fg; stty -a; echo ended";
    shell.args(["-m", "-c", script]).arg(console.get_program());
    shell.current_dir(site.scratch.path()).env_clear().envs(site.scratch.variables());
    let mut terminal = Terminal::start(&shell, 120, 40);
    terminal.wait_for("3 pending");
    terminal.send("<ctrl-z>");
    terminal.wait_for_all(&[" icanon", " echo ", "paused"]);
    assert!(!terminal.is_full_screen() && terminal.shows_cursor());
    terminal.send("<enter>");
    terminal.wait_for("3 pending");
    assert!(terminal.is_full_screen());
    terminal.send("q");
    terminal.wait_for_all(&[" icanon", " echo ", "ended"]);
    assert!(!terminal.is_full_screen());
    assert!(terminal.wait_for_end().success());
}
