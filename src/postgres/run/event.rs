//! What a running script tells while it runs.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::postgres::activity::Blocker;
use crate::postgres::notice::Notice;

/// One thing that happened while a script ran. Events of one run come in order; the last one is [`RunEvent::Committed`]
/// when, and only when, the run succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
    /// A transaction was opened, for the given attempt (from 1). A stepwise script opens none.
    TransactionStarted {
        /// 1 for the first attempt, more after lock timeouts.
        attempt: u32,
    },
    /// A stepwise script goes on where a broken run stopped.
    Resuming {
        /// Index of the statement that runs next (from 0).
        statement: usize,
        /// How many statements the script has.
        of: usize,
    },
    /// The invalid index that an interrupted `CREATE INDEX CONCURRENTLY` left behind was dropped before trying again.
    LeftoverDropped {
        /// The index, quoted, with its schema.
        index: String,
    },
    /// A statement runs now.
    StatementStarted {
        /// Its index in the script (from 0).
        index: usize,
        /// The line it starts on (from 1).
        line: u32,
        /// Its first words, printable, on one line.
        summary: String,
    },
    /// A statement is done.
    StatementFinished {
        /// Its index in the script (from 0).
        index: usize,
        /// How long it took.
        elapsed: Duration,
        /// How many rows it wrote or returned.
        rows: u64,
    },
    /// The server says something (`RAISE NOTICE`, a skipped `IF EXISTS` …).
    Notice {
        /// What it says.
        notice: Notice,
    },
    /// The script waits for a lock.
    Waiting {
        /// Who holds it, the nearest first.
        blockers: Vec<Blocker>,
    },
    /// Others wait for a lock that the script holds.
    Blocking {
        /// Who waits.
        waiting: Vec<Blocker>,
    },
    /// Nobody waits any more: neither we nor anyone for us.
    Unblocked,
    /// A lock was not to be had in time (or the server chose us to end a deadlock or a conflict). Everything since the
    /// last commit was rolled back, and it is tried again.
    LockTimeout {
        /// The attempt that failed (from 1).
        attempt: u32,
        /// How many there may be.
        of: u32,
        /// How long we wait before the next one.
        retry_in: Duration,
        /// What the server said, with its SQLSTATE.
        reason: String,
        /// Who was in the way when it was last seen.
        blockers: Vec<Blocker>,
    },
    /// The history row is written, in the transaction that is still open.
    Recorded,
    /// Everything is committed and was read back.
    Committed,
}
