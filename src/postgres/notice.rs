//! What a server says besides results: notices and warnings.

use std::fmt;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_postgres::error::DbError;

/// How grave a message of the server is (PostgreSQL documentation: "Message Severity Levels").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Details for developers.
    Debug,
    /// For the server's log.
    Log,
    /// Something the statement asked to be told.
    Info,
    /// Something that may be of use, such as an identifier cut short.
    Notice,
    /// Something that is likely a mistake.
    Warning,
    /// The statement failed.
    Error,
    /// The session ended.
    Fatal,
    /// All sessions ended.
    Panic,
}

impl Severity {
    pub(super) fn of(message: &DbError) -> Self {
        use tokio_postgres::error::Severity as Driver;
        match message.parsed_severity() {
            Some(Driver::Debug) => Self::Debug,
            Some(Driver::Log) => Self::Log,
            Some(Driver::Info) => Self::Info,
            Some(Driver::Notice) => Self::Notice,
            Some(Driver::Warning) => Self::Warning,
            Some(Driver::Fatal) => Self::Fatal,
            Some(Driver::Panic) => Self::Panic,
            // Poolers leave the untranslated severity out; their errors are the client's business like any other.
            Some(Driver::Error) | None => match message.severity() {
                "FATAL" => Self::Fatal,
                "PANIC" => Self::Panic,
                _ => Self::Error,
            },
        }
    }

    /// The word, as psql prints it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Log => "LOG",
            Self::Info => "INFO",
            Self::Notice => "NOTICE",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
            Self::Panic => "PANIC",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// A message that came beside a statement's result, such as what `RAISE NOTICE` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// How grave it is.
    pub severity: Severity,
    /// What the server says.
    pub message: String,
    /// More about it.
    pub detail: Option<String>,
    /// What the server suggests to do.
    pub hint: Option<String>,
    /// The SQLSTATE; `00000` for a plain notice.
    pub sqlstate: String,
}

impl From<&DbError> for Notice {
    fn from(message: &DbError) -> Self {
        Self {
            severity: Severity::of(message),
            message: message.message().to_owned(),
            detail: message.detail().map(str::to_owned),
            hint: message.hint().map(str::to_owned),
            sqlstate: message.code().code().to_owned(),
        }
    }
}

/// The notices of one connection, in the order in which they came: those of a statement before its result.
///
/// Holds a bounded number: a script that raises millions must not fill the memory. What did not fit is counted.
#[derive(Debug)]
pub struct Notices {
    pub(super) receiver: mpsc::Receiver<Notice>,
    pub(super) skipped: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

impl Notices {
    /// Waits for the next notice; `None` when the connection has ended.
    pub async fn next(&mut self) -> Option<Notice> {
        self.receiver.recv().await
    }

    /// The next notice, if one is there already.
    pub fn try_next(&mut self) -> Option<Notice> {
        self.receiver.try_recv().ok()
    }

    /// How many notices did not fit since this was last asked.
    pub fn take_skipped(&self) -> u64 {
        self.skipped.swap(0, std::sync::atomic::Ordering::Relaxed)
    }
}
