//! How a run can fail, and in what state it leaves the database.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::migration::text::{printable, printable_lines};
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
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RunErrorKind {
    /// The history says that this migration is applied already (or, for a rollback, that it is not applied).
    #[error("The history does not allow this: {0}")]
    NotDue(String),
    /// The script would write another migration's history row.
    #[error("The script records {recorded:?} instead of {expected:?}.")]
    RecordsAnotherName {
        /// The name in the script, as written there.
        recorded: String,
        /// The migration's own name.
        expected: String,
    },
    /// The script changes history rows of other migrations.
    #[error("The script changes what the history says of other migrations: {0}.")]
    ChangesHistory(String),
    /// The history row was not written as it must be.
    #[error("The history row was not written as it must be: {0}")]
    NotRecorded(String),
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
    /// A stepwise script needs Tidegate's own schema to record its progress, and it cannot be used.
    #[error("This script runs statement by statement, and its progress is recorded in the schema tidegate: {0}.")]
    Store(String),
    /// An earlier run of the script is still at work on the server, though its connection was lost.
    #[error("An earlier run of this script is still at work on the server: {0}.")]
    StillRunning(String),
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
    /// A lock was not to be had (or a deadlock or a conflict came), as often as the policy allows to try.
    #[error("Tried {attempts} times: {error}")]
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
    #[error("The change is committed, but the history row is not as it was written: {0}")]
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
    /// The server's own words, when it was the server that refused.
    pub fn server(&self) -> Option<&ServerError> {
        match self {
            RunErrorKind::Statement(error)
            | RunErrorKind::Commit(error)
            | RunErrorKind::Record(error)
            | RunErrorKind::Settings(error)
            | RunErrorKind::LockTimeout { error, .. } => Some(error),
            _ => None,
        }
    }

    /// What the operator can do next, as a sentence.
    fn advice(&self, state: DatabaseState) -> &'static str {
        match self {
            RunErrorKind::NotDue(_) => "Look at the board again: it shows what is in the database now.",
            RunErrorKind::RecordsAnotherName { .. } => {
                "Let the script record the name of its own file, or leave the record to Tidegate."
            }
            RunErrorKind::ChangesHistory(_) => "Take out of the script what writes the history table.",
            RunErrorKind::NotRecorded(_) => "Look at the triggers and rules of the history table.",
            RunErrorKind::NotGranted { .. } => "Open a window for the environment that is meant.",
            RunErrorKind::History(_) => {
                "Create the table or grant what is missing; nothing can be applied that cannot be recorded."
            }
            RunErrorKind::Store(_) => "Let Tidegate create its schema, which takes a confirmation, and try again.",
            RunErrorKind::ChangedSinceInterrupted(_) => {
                "Put the part that is done back as it was; what comes after it may be mended."
            }
            RunErrorKind::StillRunning(_) => "Wait until it ends, or end it on the server; then resume.",
            RunErrorKind::Settings(_) => "Mend role, search_path or timeouts of the environment in the configuration.",
            RunErrorKind::Statement(_) | RunErrorKind::Commit(_) => match state {
                DatabaseState::PartlyApplied { .. } => "Mend what the server complains about, and resume.",
                DatabaseState::Committed => "The migration itself is done; nothing has to be repeated.",
                _ => "Mend what the server complains about, and try again.",
            },
            RunErrorKind::Record(_) => {
                "The change and its record commit together, so nothing was changed. Mend what keeps the history from \
                 being written."
            }
            RunErrorKind::LockTimeout { .. } => {
                "Wait until those in the way are done, or end them, and try again; the policy's lock_timeout and \
                 lock_retries say for how long to try."
            }
            RunErrorKind::LeftTransaction => "Take out of the script what ends the transaction.",
            RunErrorKind::ReadBack(_) => "Look at the history row and at what writes the table besides Tidegate.",
            RunErrorKind::InvalidIndex(_) => "Drop it with DROP INDEX CONCURRENTLY, and resume.",
            RunErrorKind::Stopped | RunErrorKind::Cancelled => match state {
                DatabaseState::PartlyApplied { .. } => "It can be resumed.",
                _ => "It can be run again.",
            },
            RunErrorKind::ConnectionLost(_) => match state {
                DatabaseState::Unknown => "Connect again: the history tells what became of it.",
                DatabaseState::PartlyApplied { .. } => "Connect again, and resume.",
                DatabaseState::Committed => "Connect again, and go on with the next one.",
                _ => "Connect again, and run it again.",
            },
            RunErrorKind::Protocol(_) => "Connect again, and look at the board before anything else.",
        }
    }
}

/// A run that did not end in [`RunEvent::Committed`](super::RunEvent::Committed).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct RunError {
    /// What went wrong.
    pub kind: RunErrorKind,
    /// The file; none where no file was begun yet.
    pub file: Option<PathBuf>,
    /// Where in it, when it was a statement.
    pub place: Option<Place>,
    /// What is true in the database now.
    pub state: DatabaseState,
}

impl RunError {
    /// What the operator can do next, as a sentence.
    pub fn advice(&self) -> &'static str {
        self.kind.advice(self.state)
    }

    /// The server's own words, when it was the server that refused.
    pub fn server(&self) -> Option<&ServerError> {
        self.kind.server()
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(formatter, "{}", printable(&file.to_string_lossy()))?;
            if let Some(place) = &self.place {
                write!(formatter, ", {place}")?;
            }
            formatter.write_str(": ")?;
        }
        write!(formatter, "{}", printable_lines(&self.kind.to_string()))?;
        // The row is not as it was written: to say here that it is recorded would be wrong.
        if !matches!(self.kind, RunErrorKind::ReadBack(_)) {
            write!(formatter, " {}", self.state)?;
        }
        write!(formatter, " {}", self.advice())
    }
}
