//! Running a migration's script: its statements, its history row and its commit, with everything that can go wrong.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::connection::Connection;
use super::error::PgError;
use super::grant::WriteGrant;
use super::history::{HistoryRow, HistoryTable};
use crate::config::Policy;
use crate::migration::checksum::Checksum;
use crate::migration::name::MigrationName;
use crate::migration::script::Script;

mod control;
mod error;
mod event;

pub use control::Control;
pub use error::{DatabaseState, Place, RunError, RunErrorKind};
pub use event::RunEvent;

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
}

/// The session on which a plan's scripts run, one after the other: it knows once and for all what each of them would
/// otherwise have to ask for.
#[derive(Debug)]
pub struct ScriptSession<'c> {
    connection: &'c mut Connection,
    observer: Option<&'c Connection>,
    history: HistoryTable,
    policy: Policy,
}

impl<'c> ScriptSession<'c> {
    /// Finds out whether scripts can run and be recorded here under this policy, before anything is run: the history
    /// table's shape, privileges, role and settings. `observer` is a second session with the same server, on which
    /// locks are watched and a lost run is followed up.
    pub async fn open(
        connection: &'c mut Connection,
        observer: Option<&'c Connection>,
        history: &HistoryTable,
        policy: &Policy,
    ) -> Result<ScriptSession<'c>, RunError> {
        let _ = (connection, observer, history, policy);
        unimplemented!()
    }

    /// Runs one script to its end: committed, recorded and read back, or an error that says what is true now. Nothing
    /// of it stays behind on the session. Do not drop the future before it ends: use `control`.
    pub async fn run(
        &mut self,
        grant: &WriteGrant,
        run: ScriptRun<'_>,
        events: &mpsc::Sender<RunEvent>,
        control: &Control,
    ) -> Result<RunOutcome, RunError> {
        let _ = (grant, run, events, control);
        let _ = (&self.connection, self.observer, &self.history, &self.policy);
        unimplemented!()
    }
}

/// Finds out what became of a run whose connection was lost at its end. Waits until the lost session (`backend_pid`)
/// is gone from the server, for as long as it lives it may still commit; then reads the history.
pub async fn verify_outcome(
    connection: &Connection,
    history: &HistoryTable,
    run: &ScriptRun<'_>,
    backend_pid: i32,
) -> Result<DatabaseState, PgError> {
    let _ = (connection, history, run, backend_pid);
    unimplemented!()
}
