//! Why a schema could not be read.

use crate::postgres::error::PgError;

/// Why a schema could not be read. Nothing was changed, and nothing is known of the schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// A lock was held for too long by somebody who changes the schema.
    #[error("The schema could not be read: somebody who is changing it holds a lock. Try again when that is done. {0}")]
    Locked(PgError),
    /// A question was not answered in the time that the session gives it.
    #[error(
        "The schema could not be read: a question was not answered in time. If nobody holds a lock there, raise \
         `statement_timeout` under `[drift]`. {0}"
    )]
    Slow(PgError),
    /// The schema changed again and again while it was read.
    #[error("The schema could not be read: it kept changing meanwhile. Try again when the change is done.")]
    Unsettled,
    /// The server could not be asked.
    #[error("The schema could not be read. {0}")]
    Postgres(PgError),
}

impl From<PgError> for SnapshotError {
    fn from(error: PgError) -> Self {
        match error.server() {
            Some(server) if server.is_lock_timeout() => Self::Locked(error),
            Some(server) if server.is_statement_timeout() => Self::Slow(error),
            _ => Self::Postgres(error),
        }
    }
}
