//! What each step of a window does: one file a step.

pub mod announce;
pub mod apply;
pub mod backup;
pub mod gates;
mod judged;
pub mod preflight;
pub mod recover;
pub mod report;
pub mod validate;

use tokio::sync::mpsc;

use crate::config::{Environment, Hook, ProgramAccess};
use crate::postgres::grant::{Gate, GateKind};
use crate::postgres::lock::Holder;
use crate::postgres::run::Control;

use super::event::{Failure, WindowEvent};
use super::hook::{self, HookContext, HookError, HookEvent, HookStep};
use super::runner::{Halt, Runner};
use super::truth::StillRunning;

/// How many lines of a hook may wait to be drawn before the hook waits for the screen.
const LINES: usize = 256;

/// That another operator has the environment.
pub fn held_by(environment: &Environment, holder: &Holder) -> Failure {
    Failure { refused: true, ..Failure::plain(held(environment, holder)) }.advising(WHEN_HELD)
}

/// That a process which this window was cut off from still has the environment.
pub fn held_by_ours(running: StillRunning<'_>) -> Failure {
    let message = format!("{}: {}.", running.migration, running.words());
    Failure { refused: true, ..Failure::plain(message) }.advising(running.advice())
}

/// The same as a gate that is closed.
pub fn held_gate(environment: &Environment, holder: &Holder) -> Gate {
    Gate::unmet(GateKind::Lock, held(environment, holder), WHEN_HELD)
}

const WHEN_HELD: &str = "Nothing was done. Speak with them; when their window is closed, try again.";

fn held(environment: &Environment, holder: &Holder) -> String {
    let since = holder.since.map_or_else(String::new, |since| format!(" since {}", since.strftime("%F %T UTC")));
    format!(
        "{} is in the hands of another operator: {} ({}), from {}{since}, server process {}.",
        environment.name, holder.application_name, holder.user, holder.client, holder.pid
    )
}

/// What came of checks none of which failed.
fn checked(passed: usize, warnings: usize) -> String {
    match warnings {
        0 => format!("{passed} checks passed"),
        1 => format!("{passed} checks passed, 1 warning"),
        _ => format!("{passed} checks passed, {warnings} warnings"),
    }
}

/// Runs a hook and tells its lines.
async fn run_hook(
    runner: &mut Runner,
    step: HookStep,
    hook: &Hook,
    access: Option<&ProgramAccess>,
    control: &Control,
) -> Result<String, Halt> {
    let (config, environment) = (std::sync::Arc::clone(&runner.context.config), runner.environment.clone());
    let (window, operator) = (runner.state().opened.id.to_string(), runner.context.operator.name.clone());
    let secret_variables = runner.context.secret_variables();
    let context = HookContext {
        root: &config.root,
        environment: environment.name.as_str(),
        tier: environment.tier,
        step,
        window: &window,
        operator: &operator,
        access,
        secret_variables: &secret_variables,
    };
    let (teller, mut told) = mpsc::channel(LINES);
    let job = hook::run(hook, &context, &teller, &control.stop_after_statement);
    let ended = relay(runner, job, &mut told, as_told).await?;
    match ended {
        Ok(done) if done.elapsed.as_secs() == 0 => {
            Ok(format!("the {step} hook ended well after {} ms", done.elapsed.as_millis()))
        }
        Ok(done) => Ok(format!("the {step} hook ended well after {:.1} s", done.elapsed.as_secs_f64())),
        Err(error @ HookError::Cancelled { .. }) => Err(Halt::Stopped(error.to_string())),
        Err(error) => Err(Failure::plain(error.to_string()).into()),
    }
}

/// A hook's event as the window tells it.
fn as_told(event: HookEvent) -> Option<WindowEvent> {
    let line = match event {
        HookEvent::Started { command } => format!("$ {command}"),
        HookEvent::Line { text, .. } => text,
        HookEvent::Muted => "… and more, which is not shown".to_owned(),
    };
    Some(WindowEvent::Output { line })
}

/// Runs a job to its end, and tells its events to the window as they come: all of them, before its result is looked at.
async fn relay<Event, Output>(
    runner: &mut Runner,
    job: impl Future<Output = Output>,
    told: &mut mpsc::Receiver<Event>,
    mut as_told: impl FnMut(Event) -> Option<WindowEvent>,
) -> Result<Output, Halt> {
    let mut job = std::pin::pin!(job);
    let ended = loop {
        tokio::select! {
            biased;
            Some(event) = told.recv() => tell(runner, as_told(event)).await?,
            ended = &mut job => break ended,
        }
    };
    while let Ok(event) = told.try_recv() {
        tell(runner, as_told(event)).await?;
    }
    Ok(ended)
}

/// Tells an event, where the window has something to say of it.
async fn tell(runner: &mut Runner, event: Option<WindowEvent>) -> Result<(), Halt> {
    match event {
        Some(event) => Ok(runner.emit(event).await?),
        None => Ok(()),
    }
}
