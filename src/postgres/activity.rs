//! Who does what on the server right now: who blocks us, whom we block, long transactions, running dumps, sessions.
//!
//! All of it is read from `pg_stat_activity`, `pg_locks` and `pg_blocking_pids()` on a second connection, because the
//! one that runs a script cannot answer while it waits. What other sessions say about themselves is sanitised here.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
