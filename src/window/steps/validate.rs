//! Validate: the database is what the plan promised, the project's own queries agree, and so does its hook.

use std::collections::HashSet;

use tokio::sync::mpsc;

use crate::postgres::run::Control;
use crate::window::context::Purpose;
use crate::window::event::{Check, Failure, Verdict, WindowEvent};
use crate::window::hook::HookStep;
use crate::window::runner::{Halt, Runner};
use crate::window::validate::{self, ValidateError, ValidationEvent, ValidationRequest};
use crate::window::{plan::Plan, translate};

use super::{checked, relay, run_hook};

/// How many checks may wait to be drawn.
const EVENTS: usize = 64;

/// Runs every check, the project's validations, and the `validate` hook.
pub async fn run(runner: &mut Runner, control: &Control) -> Result<String, Halt> {
    let connection = runner.connect(Purpose::Observer).await?;
    let (config, environment) = (std::sync::Arc::clone(&runner.context.config), runner.environment.clone());
    let table = runner.context.history_table();
    let plan = done_part(runner);
    let before = runner.state().before.clone();
    let request = ValidationRequest {
        folder: &config.project.validations,
        policy: &environment.policy,
        history: &table,
        plan: &plan,
        before: before.as_ref(),
    };
    let (teller, mut told) = mpsc::channel(EVENTS);
    let job = validate::run(&connection, &request, &teller, &control.stop_after_statement);
    let ended = relay(runner, job, &mut told, as_told).await?;
    let results = match ended {
        Ok(results) => results,
        Err(error @ ValidateError::Cancelled) => return Err(Halt::Stopped(error.to_string())),
        Err(error) => return Err(Failure::plain(error.to_string()).into()),
    };
    let checks: Vec<Check> = results.iter().map(translate::of_validation).collect();
    let failed: Vec<&Check> = checks.iter().filter(|check| check.verdict == Verdict::Failed).collect();
    if !failed.is_empty() {
        let words: Vec<String> = failed.iter().map(|check| format!("{}: {}", check.name, check.detail)).collect();
        let advice = "What was applied stays applied. Mend it and validate again, or roll back.";
        return Err(Failure::plain(words.join(" ")).advising(advice).into());
    }
    if let Some(hook) = environment.hooks.validate.clone() {
        let target = runner.context.target(&environment).await;
        let target = target.map_err(|error| Failure::plain(error.to_string()))?;
        let access = target
            .for_programs()
            .map_err(|error| Failure::plain(format!("A password file for the hook cannot be written: {error}.")))?;
        run_hook(runner, HookStep::Validate, &hook, Some(&access), control).await?;
    }
    let warnings = checks.iter().filter(|check| check.verdict == Verdict::Warning).count();
    Ok(checked(checks.len() - warnings, warnings))
}

fn as_told(event: ValidationEvent) -> Option<WindowEvent> {
    match event {
        ValidationEvent::Started { .. } => None,
        ValidationEvent::Finished(result) => Some(WindowEvent::Checked(translate::of_validation(&result))),
    }
}

/// The plan as far as it was carried out: what was left is not looked for.
fn done_part(runner: &Runner) -> Plan {
    let state = runner.state();
    let mut plan = state.opened.plan.clone();
    let done: HashSet<&str> = state.done().map(|done| done.name.as_str()).collect();
    plan.items.retain(|item| done.contains(item.name.as_str()));
    plan
}
