//! One operator at a time.
//!
//! A window holds a session-level advisory lock of the database it works on. It is taken by asking again and again
//! (`pg_try_advisory_lock`), never by waiting in `pg_advisory_lock`: a waiting statement holds a snapshot, and a
//! `CREATE INDEX CONCURRENTLY` elsewhere would wait for it in turn. Who holds the lock is read from `pg_locks` and
//! `pg_stat_activity`, so that the other operator is told a name and not just "no".

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::connection::Connection;
use super::error::PgError;
use super::sql::{self, Columns};
use crate::migration::text::printable;

/// The lock's two keys; PostgreSQL adds the database. The first spells `TIDE`.
const KEYS: (i32, i32) = (0x5449_4445, 1);
/// How often a lock that is taken is asked for again.
const POLL: Duration = Duration::from_millis(250);

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

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} (user {}, from {}, process {}",
            printable(&self.application_name),
            printable(&self.user),
            printable(&self.client),
            self.pid
        )?;
        if let Some(since) = self.since {
            write!(formatter, ", connected since {since:.0}")?;
        }
        formatter.write_str(")")
    }
}

/// The operator's lock, held by the session that took it until it is released or that session ends.
///
/// Dropping this value releases nothing: the server does, at the latest when the session ends.
#[derive(Debug)]
#[must_use]
pub struct OperatorLock {
    pid: i32,
}

impl OperatorLock {
    /// Takes the lock of the database that the connection leads to, or says who holds it. A session that holds it
    /// already gets it once more.
    ///
    /// # Errors
    /// The server could not be asked.
    pub async fn try_acquire(connection: &Connection) -> Result<Result<OperatorLock, Holder>, PgError> {
        let (first, second) = KEYS;
        let question =
            format!("SELECT pg_catalog.pg_try_advisory_lock({first}, {second}), pg_catalog.pg_backend_pid()");
        loop {
            let row = sql::row(connection, &question).await?;
            let mut columns = Columns::of(&row);
            let taken = columns.truth()?;
            let pid = columns.number()?.unwrap_or_default();
            if taken {
                return Ok(Ok(OperatorLock { pid }));
            }
            // It may have been released between the two questions.
            if let Some(holder) = holder(connection).await? {
                return Ok(Err(holder));
            }
        }
    }

    /// Asks again and again until the lock is free; `None` when `stop` came first. `waiting` hears of the holder at
    /// first and whenever it changes.
    ///
    /// # Errors
    /// The server could not be asked.
    pub async fn acquire(
        connection: &Connection,
        stop: &CancellationToken,
        mut waiting: impl FnMut(&Holder),
    ) -> Result<Option<OperatorLock>, PgError> {
        let mut told = None;
        loop {
            match OperatorLock::try_acquire(connection).await? {
                Ok(lock) => return Ok(Some(lock)),
                Err(holder) => {
                    if told.as_ref() != Some(&holder) {
                        waiting(&holder);
                        told = Some(holder);
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                () = stop.cancelled() => return Ok(None),
            }
        }
    }

    /// Whether the session still holds the lock: a script may have released all advisory locks.
    ///
    /// # Errors
    /// The server could not be asked.
    pub async fn is_held(&self, connection: &Connection) -> Result<bool, PgError> {
        Ok(holder(connection).await?.is_some_and(|holder| holder.pid == self.pid))
    }

    /// Gives the lock back.
    ///
    /// # Errors
    /// The server could not be asked; it gives the lock back by itself when the session ends.
    pub async fn release(self, connection: &Connection) -> Result<(), PgError> {
        let (first, second) = KEYS;
        let statement = format!("SELECT pg_catalog.pg_advisory_unlock({first}, {second})");
        sql::rows(connection, &statement).await.map(drop)
    }
}

/// Who holds the operator's lock of the database that the connection leads to.
///
/// # Errors
/// The server could not be asked.
pub async fn holder(connection: &Connection) -> Result<Option<Holder>, PgError> {
    let (first, second) = KEYS;
    let since = sql::moment("a.backend_start");
    let question = format!(
        "SELECT l.pid, a.application_name, a.usename, {since},
                coalesce(pg_catalog.host(a.client_addr), 'local')
         FROM pg_catalog.pg_locks l
         JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = pg_catalog.current_database()
         LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
         WHERE l.locktype = 'advisory' AND l.granted
           AND l.classid = {first}::oid AND l.objid = {second}::oid AND l.objsubid = 2"
    );
    let rows = sql::rows(connection, &question).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut columns = Columns::of(row);
    Ok(Some(Holder {
        pid: columns.number()?.unwrap_or_default(),
        application_name: columns.string()?,
        user: columns.string()?,
        since: columns.moment()?,
        client: columns.string()?,
    }))
}
