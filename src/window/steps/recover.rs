//! Taking over a window that was left behind: what is true is read from the server, never from memory.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::postgres::history::{self, HistoryRow};
use crate::postgres::lock::{self, Holder};
use crate::postgres::run::{Control, DatabaseState};
use crate::window::context::Purpose;
use crate::window::event::{Aftermath, MigrationOutcome, WindowEvent};
use crate::window::runner::{Runner, WindowError};
use crate::window::state::{MigrationState, StepState};
use crate::window::step::{Direction, Step};
use crate::window::translate;
use crate::window::truth::StillRunning;

use super::apply::settle;

/// Takes the window over: says what was found, and corrects what the journal could not know.
///
/// Where the server still runs what the console was cut off in, it is waited for, until `control` says to wait no longer.
pub async fn take_over(runner: &mut Runner, control: &Control) -> Result<(), WindowError> {
    // Nothing of ours runs, so there is no statement to wait for either.
    let no_longer = Control { cancel_now: control.stop_after_statement.clone(), ..control.clone() };
    let (findings, corrections) = find_out(runner, &no_longer).await?;
    let operator = runner.context.operator.clone();
    runner.emit(WindowEvent::Resumed { operator, at: Timestamp::now(), findings }).await?;
    for (name, outcome) in corrections {
        runner.emit(WindowEvent::MigrationFinished { name, outcome, at: Timestamp::now() }).await?;
    }
    Ok(())
}

type Correction = (String, MigrationOutcome);

async fn find_out(runner: &mut Runner, control: &Control) -> Result<(Vec<String>, Vec<Correction>), WindowError> {
    let state = runner.state().clone();
    let mut findings = Vec::new();
    for record in &state.steps {
        if matches!(record.state, StepState::Running { .. } | StepState::CutOff) && record.step != Step::Apply {
            findings.push(match record.step {
                Step::Backup => "The backup was cut off; it is incomplete and will not be taken for one.".to_owned(),
                step => format!("The {step} step was cut off; it can be done again."),
            });
        }
    }
    let seen = match ask(runner).await {
        Ok(seen) => seen,
        Err(why) => {
            findings
                .push(format!("The server cannot be asked now, so what follows is only what the journal knew. {why}"));
            return Ok((findings, Vec::new()));
        }
    };
    let mut corrections = Vec::new();
    for (record, item) in state.migrations.iter().zip(&state.opened.plan.items) {
        let row = seen.rows.get(item.name.as_str());
        let there = is_as_planned(state.opened.plan.direction, row);
        let ours = row.is_some_and(|row| window_of(row) == Some(state.opened.id.as_str()));
        match (&record.state, there) {
            (MigrationState::Running { .. } | MigrationState::CutOff, _) => {
                let running = StillRunning::of(&state, seen.holder.as_ref()).filter(|one| one.migration == item.name);
                if let Some(running) = running {
                    let line = format!("{}: {}. {}", item.name, running.words(), running.advice());
                    runner.emit(WindowEvent::Output { line }).await?;
                }
                let settled = settle(runner, item, record.backend_pid.unwrap_or(0), control).await;
                findings.push(match running {
                    Some(running) if settled == DatabaseState::Unknown => {
                        format!("{}: {}. {}", item.name, running.words(), running.advice())
                    }
                    _ => format!("{}: {}", item.name, translate::of_state(settled).words()),
                });
                corrections.push((item.name.clone(), outcome_of(settled)));
            }
            (before, true) if !before.is_done() => {
                let who = if ours { "by this window" } else { "by somebody else meanwhile" };
                findings.push(format!("{} is {} already, {who}.", item.name, state.opened.plan.direction.done()));
                corrections.push((item.name.clone(), MigrationOutcome::AlreadyDone));
            }
            (before, false) if before.is_done() => {
                findings.push(format!(
                    "{} was {} by this window, but the history does not say so any more: somebody undid it.",
                    item.name,
                    state.opened.plan.direction.done()
                ));
                corrections.push((item.name.clone(), MigrationOutcome::Stopped { aftermath: Aftermath::Unchanged }));
            }
            _ => {}
        }
    }
    if findings.is_empty() {
        findings.push("Nothing was running when the console ended; the history agrees with the journal.".to_owned());
    }
    Ok((findings, corrections))
}

/// What the server says before anything is waited for.
struct Seen {
    rows: HashMap<String, HistoryRow>,
    holder: Option<Holder>,
}

async fn ask(runner: &Runner) -> Result<Seen, String> {
    let table = runner.context.history_table();
    let connection = runner.connect(Purpose::Observer).await.map_err(|failure| failure.message)?;
    let state = history::probe(&connection, &table).await.map_err(|error| error.to_string())?;
    let holder = lock::holder(&connection).await.map_err(|error| error.to_string())?;
    if !state.is_readable() {
        return Ok(Seen { rows: HashMap::new(), holder });
    }
    let rows = history::read(&connection, &table).await.map_err(|error| error.to_string())?;
    Ok(Seen { rows: rows.into_iter().map(|row| (row.name.to_string(), row)).collect(), holder })
}

fn is_as_planned(direction: Direction, row: Option<&HistoryRow>) -> bool {
    match direction {
        Direction::Apply => row.is_some_and(|row| !row.rolled_back),
        Direction::Rollback => row.is_some_and(|row| row.rolled_back),
    }
}

fn window_of(row: &HistoryRow) -> Option<&str> {
    row.facts.as_ref()?.window.as_deref()
}

fn outcome_of(state: DatabaseState) -> MigrationOutcome {
    match translate::of_state(state) {
        Aftermath::Committed => MigrationOutcome::AlreadyDone,
        aftermath => MigrationOutcome::Stopped { aftermath },
    }
}
