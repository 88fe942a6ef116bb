//! Who answered: what the server says of itself and of this session.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::version::ServerVersion;

/// What a server said of itself and of the session when the connection was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerInfo {
    /// The server's version.
    pub version: ServerVersion,
    /// The database of the session (`current_database()`).
    pub database: String,
    /// The role of the session (`session_user`).
    pub user: String,
    /// Whether that role is a superuser.
    pub is_superuser: bool,
    /// Whether the server is a standby (`pg_is_in_recovery()`): it can be read only.
    pub in_recovery: bool,
    /// The process that serves the session (`pg_backend_pid()`), by which `pg_locks` and `pg_stat_activity` name it.
    pub backend_pid: i32,
    /// Where the connection went: `db.example:5432`, or the path of a unix socket.
    pub server_host: String,
    /// When the server was started (`pg_postmaster_start_time()`), where the role may know.
    pub started_at: Option<Timestamp>,
    /// The number that `initdb` gave to this cluster and that its standbys share, where the role may read it.
    pub system_identifier: Option<String>,
    /// Whether the session is encrypted.
    pub encrypted: bool,
    /// Whether a pooler stands between.
    pub pooled: PoolMode,
}

/// What stands between this connection and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolMode {
    /// Nothing: the server itself answered.
    Direct,
    /// A pooler that, as far as a probe can tell, keeps one server process for this connection.
    Session,
    /// A pooler that hands each transaction to another server process: session settings and advisory locks do not
    /// hold, so that no migration may run through it.
    Transaction,
    /// A pooler whose manner could not be found out.
    Unknown,
}
