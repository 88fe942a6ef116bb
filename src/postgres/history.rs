//! The rows of the history table in one environment: whether it is there and usable, what it says, and whether it
//! changed since it was last read.
//!
//! The table is the governance document's `public.migrations_history`; schema and name can be configured. It is always
//! named with its schema.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Which table holds the history.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HistoryTable {
    /// Its schema, as the catalog spells it (no quotes).
    pub schema: String,
    /// Its name, as the catalog spells it (no quotes).
    pub table: String,
}

/// What a database has in the place of the history table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum HistoryState {
    /// Nothing by that name.
    Absent,
    /// A history table.
    Present {
        /// Whether this login may read it.
        readable: bool,
        /// Whether this login (or the policy's role) may write it; the words say what is missing.
        writable: Result<(), String>,
    },
    /// Something else by that name: what, in words.
    WrongShape(String),
}

/// One row of the history: what the database says about one migration. Kept small, for a board holds many thousands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRow {
    /// `id`.
    pub id: i64,
    /// `migration_name`.
    pub name: Box<str>,
    /// `applied_at`: when the transaction that applied it began.
    pub applied_at: Timestamp,
    /// `applied_by`: the login that applied it.
    pub applied_by: Box<str>,
    /// `execution_time`.
    pub execution_time: Option<Duration>,
    /// `checksum`, as it stands there: other tools may have written something else than a SHA-256 in hex.
    pub checksum: Option<Box<str>>,
    /// `rollback_applied`, with null as false.
    pub rolled_back: bool,
    /// `rollback_at`.
    pub rollback_at: Option<Timestamp>,
    /// What Tidegate's own metadata says, if there is any.
    pub facts: Option<Box<Facts>>,
}

/// Who applied or rolled back a migration, for whom and why: what Tidegate keeps in the row's `metadata` under
/// `tidegate`, of which this is the part that a board shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The ticket.
    pub ticket: Option<Box<str>>,
    /// The author of the file.
    pub author: Option<Box<str>>,
    /// The operator at the console.
    pub operator: Option<Box<str>>,
    /// The window.
    pub window: Option<Box<str>>,
    /// Why it was rolled back.
    pub reason: Option<Box<str>>,
    /// The git commit of the files.
    pub commit: Option<Box<str>>,
    /// The backup that was taken before.
    pub backup: Option<Box<str>>,
    /// How often it was applied and rolled back before.
    pub rounds: u32,
}
