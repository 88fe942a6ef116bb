//! Validate: the database is what the plan promised, the project's own queries agree, and so does its hook.

use crate::postgres::run::Control;
use crate::window::runner::{Halt, Runner};

/// Runs every validation.
pub async fn run(_runner: &mut Runner, _control: &Control) -> Result<String, Halt> {
    unimplemented!()
}
