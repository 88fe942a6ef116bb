//! One operator at a time.
//!
//! A window holds a session-level advisory lock of the database it works on. It is taken by asking again and again
//! (`pg_try_advisory_lock`), never by waiting in `pg_advisory_lock`: a waiting statement holds a snapshot, and a
//! `CREATE INDEX CONCURRENTLY` elsewhere would wait for it in turn. Who holds the lock is read from `pg_locks` and
//! `pg_stat_activity`, so that the other operator is told a name and not just "no".

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
