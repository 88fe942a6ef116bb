//! How a run can fail, and in what state it leaves the database.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::postgres::activity::Blocker;
use crate::postgres::error::ServerError;

/// What is true in the database after a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DatabaseState {
    /// Nothing was sent that could change anything.
    Unchanged,
    /// Everything was rolled back: the database is as it was before.
    RolledBack,
    /// Everything is committed, and the history says so.
    Committed,
    /// A stepwise script stopped half-way; what is done stays done.
    PartlyApplied {
        /// How many statements are done and recorded.
        done: usize,
        /// How many the script has.
        of: usize,
        /// The statement (from 0) that a resumed run starts with.
        resume_at: usize,
    },
    /// The connection was lost at a moment when the server may or may not have committed: ask
    /// [`verify_outcome`](super::verify_outcome).
    Unknown,
}

impl fmt::Display for DatabaseState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseState::Unchanged => formatter.write_str("The database is unchanged."),
            DatabaseState::RolledBack => {
                formatter.write_str("Everything was rolled back; the database is as it was before.")
            }
            DatabaseState::Committed => formatter.write_str("Everything is committed and recorded in the history."),
            DatabaseState::PartlyApplied { done, of, resume_at } => write!(
                formatter,
                "{done} of {of} statements are done and stay done; a resumed run starts with statement {}.",
                resume_at + 1
            ),
            DatabaseState::Unknown => formatter.write_str("Whether it was committed is not known yet."),
        }
    }
}

/// Where in a script something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Index of the statement (from 0).
    pub statement: usize,
    /// Line in the file (from 1): the server's own position when it gave one, else where the statement starts.
    pub line: u32,
    /// Column in characters (from 1).
    pub column: u32,
    /// The statement's first words, printable, on one line.
    pub summary: String,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "line {}, column {}, statement {} ({})",
            self.line,
            self.column,
            self.statement + 1,
            self.summary
        )
    }
}

/// What went wrong.
#[derive(Debug, Clone, Error)]
pub enum RunErrorKind {
    /// The history says that this migration is applied already (or, for a rollback, that it is not applied).
    #[error("The history does not allow this run: {0}")]
    NotDue(String),
    /// The script would write another migration's history row.
    #[error("The script records {recorded:?} instead of {expected:?}.")]
    RecordsAnotherName {
        /// The name in the script, as written there.
        recorded: String,
        /// The migration's own name.
        expected: String,
    },
    /// The grant is not for this environment.
    #[error("The write grant is for {granted}, not for {asked}.")]
    NotGranted {
        /// The environment that may be written.
        granted: String,
        /// The environment that the run is for.
        asked: String,
    },
    /// The history table cannot be used: absent, of another shape, or not readable or writable by this role.
    #[error("The history table cannot be used: {0}")]
    History(String),
    /// A stepwise script needs Tidegate's own schema to record its progress, and it is not there.
    #[error(
        "This script runs statement by statement, and its progress would be recorded in the schema tidegate, which this database does not have."
    )]
    NoStore,
    /// The script changed since its first part was applied, so that it cannot be resumed.
    #[error("The file changed since its first part was applied: {0}")]
    ChangedSinceInterrupted(String),
    /// The server refused one of the settings of the environment's policy.
    #[error("The environment's settings could not be made: {0}")]
    Settings(#[source] Box<ServerError>),
    /// The server refused a statement.
    #[error("{0}")]
    Statement(#[source] Box<ServerError>),
    /// The history row could not be written.
    #[error("The history row could not be written: {0}")]
    Record(#[source] Box<ServerError>),
    /// The server refused to commit (a deferred constraint, say).
    #[error("The server refused to commit: {0}")]
    Commit(#[source] Box<ServerError>),
    /// A lock was not to be had, as often as the policy allows.
    #[error("No lock within {attempts} attempts: {error}")]
    LockTimeout {
        /// How often it was tried.
        attempts: u32,
        /// What the server said last.
        #[source]
        error: Box<ServerError>,
        /// Who was in the way when it was last seen.
        blockers: Vec<Blocker>,
    },
    /// The script left the transaction that it should have run in.
    #[error("The script ended its transaction before its end.")]
    LeftTransaction,
    /// What the history says after the commit is not what was written.
    #[error("The history says something else than was written: {0}")]
    ReadBack(String),
    /// An index that the script built is invalid.
    #[error("The index {0} is invalid.")]
    InvalidIndex(String),
    /// The operator asked to stop after the running statement.
    #[error("Stopped, as asked.")]
    Stopped,
    /// The operator cancelled the running statement.
    #[error("Cancelled, as asked.")]
    Cancelled,
    /// The connection to the server was lost.
    #[error("The connection was lost: {0}")]
    ConnectionLost(String),
    /// The server's answer makes no sense.
    #[error("{0}")]
    Protocol(String),
}

impl RunErrorKind {
    /// What the operator can do next, as a sentence.
    fn advice(&self, state: DatabaseState) -> String {
        let _ = state;
        String::new()
    }
}

/// A run that did not end in [`RunEvent::Committed`](super::RunEvent::Committed).
#[derive(Debug, Clone, Error)]
pub struct RunError {
    /// What went wrong.
    pub kind: RunErrorKind,
    /// The file.
    pub file: PathBuf,
    /// Where in it, when it was a statement.
    pub place: Option<Place>,
    /// What is true in the database now.
    pub state: DatabaseState,
}

impl RunError {
    /// What the operator can do next, as a sentence.
    pub fn advice(&self) -> String {
        self.kind.advice(self.state)
    }

    /// The server's own words, when it was the server that refused.
    pub fn server(&self) -> Option<&ServerError> {
        match &self.kind {
            RunErrorKind::Statement(error)
            | RunErrorKind::Commit(error)
            | RunErrorKind::Record(error)
            | RunErrorKind::Settings(error)
            | RunErrorKind::LockTimeout { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.file.display())?;
        if let Some(place) = &self.place {
            write!(formatter, ", {place}")?;
        }
        write!(formatter, ": {} {} {}", self.kind, self.state, self.advice())
    }
}
