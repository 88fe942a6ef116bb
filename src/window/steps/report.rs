//! Report: the window's story, as Markdown and JSON beside its journal.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::window::event::{Failure, StepOutcome, WindowEvent};
use crate::window::journal::JournalError;
use crate::window::report::Report;
use crate::window::runner::{Halt, Runner};
use crate::window::state::WindowState;
use crate::window::step::Step;

/// Writes the report, which tells of its own writing as done.
pub async fn run(runner: &mut Runner) -> Result<String, Halt> {
    let paths = names(runner);
    let summary = paths.first().map(|path| path.display().to_string()).unwrap_or_default();
    let mut state = runner.state().clone();
    let outcome = StepOutcome::Done { summary: summary.clone() };
    state.fold(&WindowEvent::StepFinished { step: Step::Report, outcome, at: Timestamp::now() });
    write(&paths, &state).map_err(|(path, error)| {
        Failure::plain(format!("The report {} cannot be written: {error}.", path.display()))
            .advising("Nothing is lost: the journal has it all. Mend the folder and write the report again.")
    })?;
    runner.emit(written(&paths)).await?;
    Ok(summary)
}

/// Writes the report again where there is one: something happened after it was written.
pub fn refresh(runner: &Runner) {
    if !runner.state().reports.is_empty() {
        rewrite(runner, runner.state());
    }
}

/// Writes the report of a window that ends with this event; every window leaves one.
pub async fn leave_behind(runner: &mut Runner, end: &WindowEvent) -> Result<(), JournalError> {
    let mut state = runner.state().clone();
    state.fold(end);
    if rewrite(runner, &state) && state.reports.is_empty() {
        let paths = names(runner);
        runner.emit(written(&paths)).await?;
    }
    Ok(())
}

/// Says whether the report could be written. The journal has it all, so nothing is stopped where it could not.
fn rewrite(runner: &Runner, state: &WindowState) -> bool {
    let done = write(&names(runner), state);
    if let Err((path, error)) = &done {
        tracing::warn!(path = %path.display(), %error, "the report could not be brought up to date");
    }
    done.is_ok()
}

/// Where the report goes: Markdown, then JSON.
fn names(runner: &Runner) -> [PathBuf; 2] {
    let (folder, id) = (runner.context.reports(), &runner.state().opened.id);
    ["md", "json"].map(|extension| folder.join(format!("{id}.{extension}")))
}

fn written(paths: &[PathBuf]) -> WindowEvent {
    WindowEvent::ReportWritten { paths: paths.iter().map(|path| path.display().to_string()).collect() }
}

fn write(paths: &[PathBuf; 2], state: &WindowState) -> Result<(), (PathBuf, std::io::Error)> {
    let report = Report::of(state);
    for (path, text) in paths.iter().zip([report.to_markdown(), report.to_json()]) {
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        folder
            .and_then(|()| OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path))
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| (path.clone(), error))?;
    }
    Ok(())
}
