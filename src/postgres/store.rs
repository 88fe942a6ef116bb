//! Tidegate's own tables in an environment, in the schema `tidegate`: the environment's marker, the progress of scripts
//! that did not end, and the windows. The schema is created only when an operator says so.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::connection::Connection;
use super::error::PgError;
use super::grant::WriteGrant;
use super::run::Direction;

/// Whether the schema `tidegate` is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum StoreState {
    /// It is not.
    Absent,
    /// It is, in a version that this Tidegate reads and writes.
    Present {
        /// The version of its tables.
        version: i32,
    },
    /// It was made by a newer Tidegate, or is something else by that name.
    Unusable {
        /// The version it says it has; 0 when it says none.
        version: i32,
    },
}

/// Which environment a database is, written into the database itself: a URL that leads to another database than the
/// configuration believes is found out by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// The environment's name.
    pub name: String,
    /// The environment's tier: `development`, `staging`, `production`.
    pub tier: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

/// A run that left no history row behind it: it failed, or its end is still to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The migration.
    pub name: Box<str>,
    /// Whether it was being applied or rolled back.
    pub direction: Direction,
    /// The SHA-256 of the file, in hex.
    pub checksum: Box<str>,
    /// How many of its statements are done and stay done (stepwise scripts only).
    pub done: usize,
    /// How many statements it has.
    pub of: usize,
    /// What the server said, in one line; nothing while it runs or when it was cut off.
    pub error: Option<Box<str>>,
    /// Who ran it.
    pub operator: Option<Box<str>>,
    /// In which window.
    pub window: Option<Box<str>>,
    /// When it was last heard of.
    pub at: Timestamp,
    /// Whether it is a stepwise script's progress: what is done stays done, and a further run resumes there.
    pub resumable: bool,
}

/// A window, as the environment remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowRecord {
    /// Its identifier.
    pub id: String,
    /// Who ran it.
    pub operator: String,
    /// When it was opened.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<String>,
    /// What was to be done.
    pub plan: serde_json::Value,
}

/// Looks for the schema `tidegate`.
pub async fn probe(connection: &Connection) -> Result<StoreState, PgError> {
    let _ = connection;
    unimplemented!()
}

/// Creates the schema `tidegate` and its tables, or brings older ones up to date; does nothing where all is there.
/// `role` owns them where the policy names one.
pub async fn create(connection: &Connection, grant: &WriteGrant, role: Option<&str>) -> Result<(), PgError> {
    let _ = (connection, grant, role);
    unimplemented!()
}

/// The environment's marker; `None` where there is none or no schema `tidegate`.
pub async fn marker(connection: &Connection) -> Result<Option<Marker>, PgError> {
    let _ = connection;
    unimplemented!()
}

/// Writes the environment's marker, in place of an earlier one.
pub async fn set_marker(connection: &Connection, grant: &WriteGrant, name: &str, tier: &str) -> Result<(), PgError> {
    let _ = (connection, grant, name, tier);
    unimplemented!()
}

/// The runs that left no history row; none where there is no schema `tidegate`.
pub async fn attempts(connection: &Connection) -> Result<Vec<Attempt>, PgError> {
    let _ = connection;
    unimplemented!()
}

/// Notes that a window was opened.
pub async fn open_window(
    connection: &Connection,
    grant: &WriteGrant,
    id: &str,
    operator: &str,
    plan: &serde_json::Value,
) -> Result<(), PgError> {
    let _ = (connection, grant, id, operator, plan);
    unimplemented!()
}

/// Notes how a window ended.
pub async fn finish_window(connection: &Connection, id: &str, outcome: &str) -> Result<(), PgError> {
    let _ = (connection, id, outcome);
    unimplemented!()
}

/// The windows, the latest first.
pub async fn windows(connection: &Connection, limit: u32) -> Result<Vec<WindowRecord>, PgError> {
    let _ = (connection, limit);
    unimplemented!()
}
