//! Who does what on the server right now: who blocks us, whom we block, long transactions, running dumps, sessions.
//!
//! All of it is read from `pg_stat_activity`, `pg_locks` and `pg_blocking_pids()` on a second connection, because the
//! one that runs a script cannot answer while it waits. What other sessions say about themselves is sanitised here.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::connection::Connection;
use super::error::PgError;

/// A session that another one waits for, or that waits for another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    /// The session's process on the server (`pg_stat_activity.pid`).
    pub pid: i32,
    /// Who it is logged in as.
    pub user: String,
    /// What it calls itself (`application_name`).
    pub application: String,
    /// Where it comes from: an address, or `local`.
    pub client: String,
    /// `active`, `idle in transaction` … (`pg_stat_activity.state`), or the kind of background process.
    pub state: String,
    /// What it runs, or ran last: one printable line, cut to a screen's width or two.
    pub query: String,
    /// Since when its transaction is open.
    pub since: Option<Timestamp>,
    /// How long the waiting one has waited, where the server tells (14 and later).
    pub waiting: Option<Duration>,
    /// The lock in question: `AccessExclusiveLock on public.campaigns`.
    pub lock: Option<String>,
}

/// One session or background process (`pg_stat_activity`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its process on the server.
    pub pid: i32,
    /// The database it is connected to.
    pub database: String,
    /// Who it is logged in as.
    pub user: String,
    /// What it calls itself (`application_name`).
    pub application: String,
    /// Where it comes from: an address, or `local`.
    pub client: String,
    /// `active`, `idle`, `idle in transaction` …
    pub state: String,
    /// What it waits for: `Lock: relation`, `Client: ClientRead` …
    pub waits_for: Option<String>,
    /// Since when its transaction is open.
    pub transaction_since: Option<Timestamp>,
    /// Since when its statement runs, or when the last one began.
    pub query_since: Option<Timestamp>,
    /// What it runs, or ran last: one printable line.
    pub query: String,
    /// The sessions that it waits for (`pg_blocking_pids`).
    pub blocked_by: Vec<i32>,
}

/// The sessions that the session `pid` waits for, the nearest first, with those that they wait for in turn.
pub async fn blockers(connection: &Connection, pid: i32) -> Result<Vec<Blocker>, PgError> {
    let _ = (connection, pid);
    unimplemented!()
}

/// The sessions that wait for the session `pid`.
pub async fn blocked_by(connection: &Connection, pid: i32) -> Result<Vec<Blocker>, PgError> {
    let _ = (connection, pid);
    unimplemented!()
}

/// Transactions of other sessions in this database that have been open for longer than `older_than`, prepared ones
/// included: DDL would wait for them.
pub async fn long_transactions(connection: &Connection, older_than: Duration) -> Result<Vec<Blocker>, PgError> {
    let _ = (connection, older_than);
    unimplemented!()
}

/// Dumps of this database that are running: each holds a lock on every table until its end.
pub async fn running_dumps(connection: &Connection) -> Result<Vec<Blocker>, PgError> {
    let _ = connection;
    unimplemented!()
}

/// The client sessions of this database, those that block others first.
pub async fn sessions(connection: &Connection) -> Result<Vec<Session>, PgError> {
    let _ = connection;
    unimplemented!()
}
