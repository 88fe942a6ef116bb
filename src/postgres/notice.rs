//! What a server says besides results: notices and warnings.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_postgres::error::DbError;

use crate::migration::text::printable_lines;

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

impl fmt::Display for Notice {
    /// As psql prints it, fit for a terminal.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.severity, printable_lines(&self.message))?;
        for (label, text) in [("Detail", &self.detail), ("Hint", &self.hint)] {
            if let Some(text) = text {
                write!(formatter, "\n{label}: {}", printable_lines(text))?;
            }
        }
        Ok(())
    }
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
    receiver: mpsc::Receiver<Notice>,
    skipped: Arc<AtomicU64>,
}

impl Notices {
    /// Waits for the next notice; `None` when the connection has ended, or another listener has taken over.
    pub async fn next(&mut self) -> Option<Notice> {
        self.receiver.recv().await
    }

    /// The next notice, if one is there already.
    pub fn try_next(&mut self) -> Option<Notice> {
        self.receiver.try_recv().ok()
    }

    /// How many notices did not fit since this was last asked.
    pub fn take_skipped(&self) -> u64 {
        self.skipped.swap(0, Ordering::Relaxed)
    }
}

/// Where a connection's task puts the notices: to the listener, if there is one.
#[derive(Debug, Clone, Default)]
pub(super) struct Outlet(Arc<Mutex<Option<Listener>>>);

#[derive(Debug)]
struct Listener {
    sender: mpsc::Sender<Notice>,
    skipped: Arc<AtomicU64>,
}

/// How many notices wait at the most for a listener who is busy.
const CAPACITY: usize = 4096;

impl Outlet {
    /// Replaces the listener.
    pub(super) fn listen(&self) -> Notices {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        let skipped = Arc::new(AtomicU64::new(0));
        *self.listener() = Some(Listener { sender, skipped: Arc::clone(&skipped) });
        Notices { receiver, skipped }
    }

    pub(super) fn put(&self, notice: Notice) {
        if let Some(listener) = &*self.listener()
            && listener.sender.try_send(notice).is_err()
        {
            listener.skipped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Tells the listener that there will be no more.
    pub(super) fn close(&self) {
        *self.listener() = None;
    }

    fn listener(&self) -> MutexGuard<'_, Option<Listener>> {
        // Nothing that could panic happens under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(number: usize) -> Notice {
        Notice {
            severity: Severity::Notice,
            message: number.to_string(),
            detail: None,
            hint: None,
            sqlstate: "00000".to_owned(),
        }
    }

    #[test]
    fn notices_come_in_order_and_what_does_not_fit_is_counted() {
        let outlet = Outlet::default();
        outlet.put(notice(0));
        let mut notices = outlet.listen();
        for number in 1..=CAPACITY + 3 {
            outlet.put(notice(number));
        }
        assert_eq!(notices.try_next(), Some(notice(1)));
        assert_eq!(notices.take_skipped(), 3);
        assert_eq!(notices.take_skipped(), 0);
    }
}
