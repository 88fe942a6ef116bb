//! What a server or the way to it can answer instead of a result.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio_postgres::error::{DbError, ErrorPosition};

use super::notice::Severity;
use crate::migration::text::{printable, printable_lines};

/// An error as the server reported it, with every field of its message
/// (PostgreSQL documentation: "Error and Notice Message Fields").
///
/// The fields hold the server's own bytes; only [`fmt::Display`] makes them fit for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerError {
    /// The SQLSTATE, five characters such as `42P01`.
    pub sqlstate: String,
    /// How grave it is: FATAL and PANIC end the session.
    pub severity: Severity,
    /// What happened, in a line.
    pub message: String,
    /// More about it, possibly in several lines.
    pub detail: Option<String>,
    /// What the server suggests to do.
    pub hint: Option<String>,
    /// Where in the statement that was sent, counted in characters from 1.
    pub position: Option<u32>,
    /// The statement that the server itself ran when it failed (in a function, say) and the place in it, counted in
    /// characters from 1.
    pub internal: Option<InternalQuery>,
    /// The call stack of functions and internal statements, most recent first (`CONTEXT` in psql).
    pub context: Option<String>,
    /// The schema of the object concerned.
    pub schema: Option<String>,
    /// The table concerned.
    pub table: Option<String>,
    /// The column concerned.
    pub column: Option<String>,
    /// The data type concerned.
    pub data_type: Option<String>,
    /// The constraint concerned; an index counts as one.
    pub constraint: Option<String>,
}

/// A statement that the server ran on behalf of the one that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalQuery {
    /// Its text.
    pub text: String,
    /// The place in it, counted in characters from 1.
    pub position: u32,
}

impl ServerError {
    /// SQLSTATE `query_canceled`: somebody cancelled the statement, or `statement_timeout` ran out.
    pub const QUERY_CANCELED: &'static str = "57014";
    /// SQLSTATE `lock_not_available`: `lock_timeout` ran out, or `NOWAIT` found the lock taken.
    pub const LOCK_NOT_AVAILABLE: &'static str = "55P03";
    /// SQLSTATE `deadlock_detected`.
    pub const DEADLOCK_DETECTED: &'static str = "40P01";
    /// SQLSTATE `insufficient_privilege`.
    pub const INSUFFICIENT_PRIVILEGE: &'static str = "42501";
    /// SQLSTATE `undefined_table`.
    pub const UNDEFINED_TABLE: &'static str = "42P01";
    /// SQLSTATE `read_only_sql_transaction`.
    pub const READ_ONLY: &'static str = "25006";

    /// Whether the error has this SQLSTATE.
    #[must_use]
    pub fn is(&self, sqlstate: &str) -> bool {
        self.sqlstate == sqlstate
    }

    /// Whether a lock was not granted in time.
    #[must_use]
    pub fn is_lock_timeout(&self) -> bool {
        self.is(Self::LOCK_NOT_AVAILABLE)
    }

    /// Whether `statement_timeout` ended the statement. The server has one SQLSTATE for this and for a cancellation,
    /// so that its message must tell; in another language than English a timeout reads as a cancellation.
    #[must_use]
    pub fn is_statement_timeout(&self) -> bool {
        self.is(Self::QUERY_CANCELED) && self.message.contains("statement timeout")
    }

    /// Whether the session ended with this error.
    #[must_use]
    pub fn ends_session(&self) -> bool {
        matches!(self.severity, Severity::Fatal | Severity::Panic)
    }
}

impl From<&DbError> for ServerError {
    fn from(error: &DbError) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let (position, internal) = match error.position() {
            Some(ErrorPosition::Original(position)) => (Some(*position), None),
            Some(ErrorPosition::Internal { position, query }) => {
                (None, Some(InternalQuery { text: query.clone(), position: *position }))
            }
            None => (None, None),
        };
        Self {
            sqlstate: error.code().code().to_owned(),
            severity: Severity::of(error),
            message: error.message().to_owned(),
            detail: owned(error.detail()),
            hint: owned(error.hint()),
            position,
            internal,
            context: owned(error.where_()),
            schema: owned(error.schema()),
            table: owned(error.table()),
            column: owned(error.column()),
            data_type: owned(error.datatype()),
            constraint: owned(error.constraint()),
        }
    }
}

impl fmt::Display for ServerError {
    /// The message, its SQLSTATE, and on further lines what the server said about it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { severity, message, sqlstate, .. } = self;
        write!(formatter, "{severity}: {} (SQLSTATE {})", printable_lines(message), printable(sqlstate))?;
        for (label, text) in [("Detail", &self.detail), ("Hint", &self.hint), ("Context", &self.context)] {
            if let Some(text) = text {
                write!(formatter, "\n{label}: {}", printable_lines(text))?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for ServerError {}

/// Why a request on an open connection has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PgError {
    /// The server refused the statement; the session goes on.
    #[error("{0}")]
    Server(Box<ServerError>),
    /// The statement was cancelled (SQLSTATE 57014): by the operator, another session, or `statement_timeout`.
    #[error("The statement was cancelled. {0}")]
    Cancelled(Box<ServerError>),
    /// The connection ended. Whatever was under way may or may not have been committed.
    #[error("The connection to the server was lost: {0}")]
    ConnectionLost(String),
    /// No answer came within the time that this request may take.
    #[error("The server did not answer within {} ms.", .0.as_millis())]
    TimedOut(Duration),
    /// The answer is not what was asked for: a column of another type or number, or a message out of turn.
    #[error("The server's answer could not be understood: {0}")]
    Protocol(String),
}

impl PgError {
    /// The server's own error, where there is one.
    #[must_use]
    pub fn server(&self) -> Option<&ServerError> {
        match self {
            Self::Server(error) | Self::Cancelled(error) => Some(error),
            Self::ConnectionLost(_) | Self::TimedOut(_) | Self::Protocol(_) => None,
        }
    }

    /// The SQLSTATE, where the server gave one.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&str> {
        self.server().map(|error| error.sqlstate.as_str())
    }

    /// Whether the connection is gone.
    #[must_use]
    pub fn is_connection_lost(&self) -> bool {
        matches!(self, Self::ConnectionLost(_))
    }
}

impl From<ServerError> for PgError {
    fn from(error: ServerError) -> Self {
        if error.ends_session() {
            Self::ConnectionLost(error.to_string())
        } else if error.is(ServerError::QUERY_CANCELED) {
            Self::Cancelled(Box::new(error))
        } else {
            Self::Server(Box::new(error))
        }
    }
}

impl From<tokio_postgres::Error> for PgError {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(error) = error.as_db_error() {
            return ServerError::from(error).into();
        }
        if error.is_closed() {
            return Self::ConnectionLost("the server closed it.".to_owned());
        }
        match error.source().and_then(|source| source.downcast_ref::<std::io::Error>()) {
            Some(source) => Self::ConnectionLost(format!("{source}.")),
            None => Self::Protocol(with_source(&error)),
        }
    }
}

/// An error and what caused it, in one line fit for a terminal.
pub(super) fn with_source(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    printable(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn error(sqlstate: &str, severity: Severity, message: &str) -> ServerError {
        ServerError {
            sqlstate: sqlstate.to_owned(),
            severity,
            message: message.to_owned(),
            detail: None,
            hint: None,
            position: None,
            internal: None,
            context: None,
            schema: None,
            table: None,
            column: None,
            data_type: None,
            constraint: None,
        }
    }

    #[test]
    fn an_error_reads_as_psql_prints_it_and_never_acts_on_a_terminal() {
        let error = ServerError {
            detail: Some("first\nsecond".to_owned()),
            hint: Some("Drop it.".to_owned()),
            ..error("42P07", Severity::Error, "relation \"\x1b[2Jevil\" already exists")
        };
        let expected = "ERROR: relation \"\\x1b[2Jevil\" already exists (SQLSTATE 42P07)\n\
                        Detail: first\nsecond\nHint: Drop it.";
        assert_eq!(error.to_string(), expected);
    }

    #[rstest]
    #[case::refused("42P01", Severity::Error, false, false)]
    #[case::cancelled("57014", Severity::Error, true, false)]
    #[case::ended("57P01", Severity::Fatal, false, true)]
    fn what_becomes_of_a_statement(
        #[case] sqlstate: &str,
        #[case] severity: Severity,
        #[case] is_cancelled: bool,
        #[case] is_lost: bool,
    ) {
        let error = PgError::from(error(sqlstate, severity, "message"));
        assert_eq!(matches!(error, PgError::Cancelled(_)), is_cancelled);
        assert_eq!(error.is_connection_lost(), is_lost);
    }

    #[test]
    fn a_timeout_is_told_from_a_cancellation() {
        let timeout = error("57014", Severity::Error, "canceling statement due to statement timeout");
        let cancelled = error("57014", Severity::Error, "canceling statement due to user request");
        assert!(timeout.is_statement_timeout() && !cancelled.is_statement_timeout());
        assert!(error("55P03", Severity::Error, "canceling statement due to lock timeout").is_lock_timeout());
    }
}
