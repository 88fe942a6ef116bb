//! The rows of the history table in one environment: whether it is there and usable, what it says, and whether it
//! changed since it was last read.
//!
//! The table is the governance document's `public.migrations_history`; schema and name can be configured. It is always
//! named with its schema.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::connection::Connection;
use super::error::PgError;
use super::grant::WriteGrant;

/// Which table holds the history, as the catalog spells it (no quotes).
pub use crate::migration::table::TableName as HistoryTable;

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
        /// Whether this login may write it.
        writable: bool,
        /// What this login may not do there, in words ("INSERT on public.migrations_history"); empty when nothing is
        /// missing.
        missing: Vec<String>,
    },
    /// Something else by that name: what, in words.
    WrongShape(String),
}

impl HistoryState {
    /// Whether the rows can be read.
    pub fn is_readable(&self) -> bool {
        matches!(self, HistoryState::Present { readable: true, .. })
    }

    /// Whether rows can be written.
    pub fn is_writable(&self) -> bool {
        matches!(self, HistoryState::Present { writable: true, .. })
    }
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

/// A row with everything that its `metadata` holds.
#[derive(Debug, Clone, PartialEq)]
pub struct FullRow {
    /// The row.
    pub row: HistoryRow,
    /// Its metadata, whoever wrote it.
    pub metadata: Option<serde_json::Value>,
}

/// What changes whenever the history changes: cheap to ask for, compared and never shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeToken(String);

/// Looks for the history table: whether it is there, has the right shape, and what this login may do with it.
pub async fn probe(connection: &Connection, table: &HistoryTable) -> Result<HistoryState, PgError> {
    let _ = (connection, table);
    unimplemented!()
}

/// Reads all rows, in the order of their names.
pub async fn read(connection: &Connection, table: &HistoryTable) -> Result<Vec<HistoryRow>, PgError> {
    let _ = (connection, table);
    unimplemented!()
}

/// Reads one migration's row with all its metadata.
pub async fn read_one(connection: &Connection, table: &HistoryTable, name: &str) -> Result<Option<FullRow>, PgError> {
    let _ = (connection, table, name);
    unimplemented!()
}

/// Asks for the history's change token.
pub async fn change_token(connection: &Connection, table: &HistoryTable) -> Result<ChangeToken, PgError> {
    let _ = (connection, table);
    unimplemented!()
}

/// Creates the history table as the governance document defines it, owned by `role` where the policy names one.
pub async fn create(
    connection: &Connection,
    grant: &WriteGrant,
    table: &HistoryTable,
    role: Option<&str>,
) -> Result<(), PgError> {
    let _ = (connection, grant, table, role);
    unimplemented!()
}
