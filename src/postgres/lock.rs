//! One operator at a time.
//!
//! A window holds a session-level advisory lock of the database it works on. It is taken by asking again and again
//! (`pg_try_advisory_lock`), never by waiting in `pg_advisory_lock`: a waiting statement holds a snapshot, and a
//! `CREATE INDEX CONCURRENTLY` elsewhere would wait for it in turn. Who holds the lock is read from `pg_locks` and
//! `pg_stat_activity`, so that the other operator is told a name and not just "no".

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::connection::Connection;
use super::error::PgError;

/// Who holds the operator's lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The session's process on the server.
    pub pid: i32,
    /// What the session calls itself; Tidegate's own names the operator and the window.
    pub application_name: String,
    /// Who it is logged in as.
    pub user: String,
    /// Since when the session is connected: it took the lock then or later.
    pub since: Option<Timestamp>,
    /// Where it comes from: an address, or `local`.
    pub client: String,
}

/// The operator's lock, held by the session that took it until it is released or that session ends.
#[derive(Debug)]
#[must_use]
pub struct OperatorLock {
    pid: i32,
}

impl OperatorLock {
    /// Takes the lock of the database that the connection leads to, or says who holds it.
    pub async fn try_acquire(connection: &Connection) -> Result<Result<OperatorLock, Holder>, PgError> {
        let _ = connection;
        unimplemented!()
    }

    /// Asks again and again until the lock is free; `None` when `stop` came first. `waiting` hears of the holder at
    /// first and whenever it changes.
    pub async fn acquire(
        connection: &Connection,
        stop: &CancellationToken,
        waiting: impl FnMut(&Holder),
    ) -> Result<Option<OperatorLock>, PgError> {
        let _ = (connection, stop, waiting);
        unimplemented!()
    }

    /// Whether the session still holds the lock: a script may have released all advisory locks.
    pub async fn is_held(&self, connection: &Connection) -> Result<bool, PgError> {
        let _ = (connection, self.pid);
        unimplemented!()
    }

    /// Gives the lock back.
    pub async fn release(self, connection: &Connection) -> Result<(), PgError> {
        let _ = connection;
        unimplemented!()
    }
}

/// Who holds the operator's lock of the database that the connection leads to.
pub async fn holder(connection: &Connection) -> Result<Option<Holder>, PgError> {
    let _ = connection;
    unimplemented!()
}
