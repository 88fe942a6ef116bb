//! Why a schema could not be read.

use crate::postgres::error::PgError;

/// Why a schema could not be read. Nothing was changed, and nothing is known of the schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// A lock was held for too long by somebody who changes the schema.
    #[error("The schema could not be read: somebody who is changing it holds a lock. Try again when that is done. {0}")]
    Locked(PgError),
    /// The schema changed again and again while it was read.
    #[error("The schema could not be read: it kept changing meanwhile. Try again when the change is done. {0}")]
    Unsettled(PgError),
    /// The server could not be asked.
    #[error("The schema could not be read. {0}")]
    Postgres(PgError),
}

impl From<PgError> for SnapshotError {
    fn from(error: PgError) -> Self {
        if error.server().is_some_and(|error| error.is_lock_timeout()) {
            Self::Locked(error)
        } else {
            Self::Postgres(error)
        }
    }
}
