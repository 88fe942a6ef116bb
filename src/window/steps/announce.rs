//! Announce: the environment's own command that tells people of the window.

use crate::postgres::run::Control;
use crate::window::hook::HookStep;
use crate::window::runner::{Halt, Runner};

use super::run_hook;

/// Runs the `announce` hook.
pub async fn run(runner: &mut Runner, control: &Control) -> Result<String, Halt> {
    let Some(hook) = runner.environment.hooks.announce.clone() else {
        return Ok("the environment has no announce hook".to_owned());
    };
    run_hook(runner, HookStep::Announce, &hook, None, control).await
}
