//! Hooks: the project's own commands that a window runs.

use std::time::Duration;

use super::command::CommandLine;

/// The project's own commands for an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hooks {
    /// Runs in the announce step.
    pub announce: Option<Hook>,
    /// Runs at the end of the validate step; a failure of it fails the step.
    pub validate: Option<Hook>,
}

/// One command of the project, and how long it may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// What to run.
    pub command: CommandLine,
    /// After this it is ended and counts as failed.
    pub timeout: Duration,
}

impl Hook {
    /// How long a hook may take when the configuration does not say.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10 * 60);
}
