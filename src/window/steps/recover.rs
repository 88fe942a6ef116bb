//! Taking over a window that was left behind: what is true is read from the server, never from memory.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::postgres::history::{self, HistoryRow};
use crate::window::context::Purpose;
use crate::window::event::{Aftermath, MigrationOutcome, WindowEvent};
use crate::window::runner::{Runner, WindowError};
use crate::window::state::{MigrationState, StepState};
use crate::window::step::{Direction, Step};

use super::apply::settle;
use crate::postgres::run::{Control, DatabaseState};
use crate::window::translate;

/// Takes the window over: says what was found, and corrects what the journal could not know.
pub async fn take_over(runner: &mut Runner) -> Result<(), WindowError> {
    let (findings, corrections) = find_out(runner).await;
    let operator = runner.context.operator.clone();
    runner.emit(WindowEvent::Resumed { operator, at: Timestamp::now(), findings }).await?;
    for (name, outcome) in corrections {
        runner.emit(WindowEvent::MigrationFinished { name, outcome, at: Timestamp::now() }).await?;
    }
    Ok(())
}

type Correction = (String, MigrationOutcome);

async fn find_out(runner: &Runner) -> (Vec<String>, Vec<Correction>) {
    let state = runner.state();
    let mut findings = Vec::new();
    for record in &state.steps {
        if matches!(record.state, StepState::Running { .. } | StepState::CutOff) && record.step != Step::Apply {
            findings.push(match record.step {
                Step::Backup => "The backup was cut off; it is incomplete and will not be taken for one.".to_owned(),
                step => format!("The {step} step was cut off; it can be done again."),
            });
        }
    }
    let rows = match read_history(runner).await {
        Ok(rows) => rows,
        Err(why) => {
            findings
                .push(format!("The server cannot be asked now, so what follows is only what the journal knew. {why}"));
            return (findings, Vec::new());
        }
    };
    let mut corrections = Vec::new();
    for (record, item) in state.migrations.iter().zip(&state.opened.plan.items) {
        let row = rows.get(item.name.as_str());
        let there = is_as_planned(state.opened.plan.direction, row);
        let ours = row.is_some_and(|row| window_of(row) == Some(state.opened.id.as_str()));
        match (&record.state, there) {
            (MigrationState::Running { .. } | MigrationState::CutOff, _) => {
                let settled = settle(runner, item, record.backend_pid.unwrap_or(0), &Control::new()).await;
                findings.push(format!("{}: {}", item.name, translate::of_state(settled).words()));
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
    (findings, corrections)
}

async fn read_history(runner: &Runner) -> Result<HashMap<String, HistoryRow>, String> {
    let table = runner.context.history_table();
    let connection = runner.connect(Purpose::Observer).await.map_err(|failure| failure.message)?;
    let state = history::probe(&connection, &table).await.map_err(|error| error.to_string())?;
    if !state.is_readable() {
        return Ok(HashMap::new());
    }
    let rows = history::read(&connection, &table).await.map_err(|error| error.to_string())?;
    Ok(rows.into_iter().map(|row| (row.name.to_string(), row)).collect())
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
