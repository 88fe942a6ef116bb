//! Running a migration's script: its statements, its history row and its commit, with everything that can go wrong.
//!
//! A [`ScriptSession`] runs one [`ScriptRun`] after the other. What it promises: *the change and its history row commit
//! together, and what is reported is what the server said.* The files of this folder are its parts: `settings` and
//! `known` are what a session keeps between runs, `line` talks to the server, `transaction` makes one attempt at a
//! script that has (or is given) a transaction, `stepwise` runs one that cannot have any, `record` writes the history
//! row, `group` lets commits share
//! one wait for the disk, `guard` checks a run before it begins, `watch` looks on from a second session, `outcome` finds out what became
//! of a run whose end was not heard.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::history::HistoryRow;
use crate::migration::checksum::Checksum;
use crate::migration::name::MigrationName;
use crate::migration::script::Script;

mod concurrent;
mod control;
mod error;
mod event;
mod group;
mod guard;
mod known;
mod line;
mod outcome;
mod record;
mod session;
mod settings;
mod stepwise;
mod transaction;
mod watch;

pub use control::Control;
pub use error::{DatabaseState, Place, RunError, RunErrorKind};
pub use event::RunEvent;
pub use group::wait_elsewhere;
pub use outcome::verify_outcome;
pub use session::ScriptSession;

/// Which way a script takes the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Applies a migration.
    Up,
    /// Rolls it back.
    Down,
}

/// For whom, why and from what a script is run: what goes into the history row's metadata.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFacts {
    /// The ticket.
    pub ticket: Option<String>,
    /// The author of the file.
    pub author: Option<String>,
    /// The operator at the console.
    pub operator: Option<String>,
    /// The machine that Tidegate runs on.
    pub host: Option<String>,
    /// The window.
    pub window: Option<String>,
    /// The git commit of the files.
    pub commit: Option<String>,
    /// The backup that was taken before.
    pub backup: Option<String>,
    /// Why it is rolled back.
    pub reason: Option<String>,
    /// The release that the migration belongs to.
    pub release: Option<String>,
}

/// One script to run.
#[derive(Debug, Clone, Copy)]
pub struct ScriptRun<'a> {
    /// The environment that it is for; the grant must be for the same.
    pub environment: &'a str,
    /// The migration.
    pub name: &'a MigrationName,
    /// Whether this is its own script or its rollback's.
    pub direction: Direction,
    /// The script.
    pub script: &'a Script,
    /// The checksum of the script's file.
    pub checksum: Checksum,
    /// What goes into the metadata.
    pub facts: &'a RunFacts,
}

/// What a run that succeeded has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOutcome {
    /// From the first statement to the last, on the server's clock; retries and waiting for them are not counted.
    pub execution_time: Duration,
    /// How many statements ran.
    pub statements: usize,
    /// The history row, as read back after the commit.
    pub row: HistoryRow,
    /// Whether its commit has been waited for; else it is to be told only after [`ScriptSession::wait_for_disk`].
    pub on_disk: bool,
}
