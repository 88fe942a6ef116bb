//! What each step of a window does: one file a step.

pub mod announce;
pub mod apply;
pub mod backup;
pub mod gates;
pub mod preflight;
pub mod recover;
pub mod report;
pub mod validate;

use crate::config::Environment;
use crate::postgres::lock::Holder;

use super::event::Failure;

/// That another operator has the environment.
pub fn held_by(environment: &Environment, holder: &Holder) -> Failure {
    let since = holder.since.map_or_else(String::new, |since| format!(" since {}", since.strftime("%F %T UTC")));
    Failure::plain(format!(
        "{} is in the hands of another operator: {} ({}), from {}{since}, server process {}.",
        environment.name, holder.application_name, holder.user, holder.client, holder.pid
    ))
    .advising("Nothing was done. Speak with them; when their window is closed, try again.")
}

async fn run_hook(
    _r: &mut super::runner::Runner,
    _s: super::step::Step,
    _h: &crate::config::Hook,
    _c: &crate::postgres::run::Control,
) -> Result<String, super::runner::Halt> {
    unimplemented!()
}
