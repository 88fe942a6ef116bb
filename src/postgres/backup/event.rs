//! What a running backup tells whoever watches it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{BackupId, DumpFormat};

/// One thing that happened while a backup was taken or verified.
///
/// Names come from the server: make them printable before they reach a screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum BackupEvent {
    /// Everything needed was found, and `pg_dump` is about to start.
    Started {
        /// The backup's name.
        id: BackupId,
        /// The folder that it will have.
        folder: PathBuf,
        /// `pg_dump` as it names itself, for example `pg_dump (PostgreSQL) 15.18`.
        tool: String,
        /// Archive format.
        format: DumpFormat,
        /// Processes that dump at once.
        jobs: u32,
        /// Tables whose rows will be dumped.
        tables: u64,
        /// What those tables take on the server, in bytes: the total of [`BackupEvent::Progress`].
        table_bytes: u64,
        /// Free room where it is written, in bytes.
        free: u64,
    },
    /// `pg_dump` began with the rows of a table.
    Table {
        /// Schema and name as `pg_dump` says them.
        name: String,
        /// Tables finished so far.
        done: u64,
        /// Tables in all.
        of: u64,
    },
    /// How far it has come. `read` and `of` are sizes on the server, `written` is what lies on disk (compressed).
    Progress {
        /// Size of what has been read, in bytes; tables under way count by the share of their rows.
        read: u64,
        /// Size of all tables, in bytes.
        of: u64,
        /// Bytes written so far.
        written: u64,
        /// Tables finished.
        tables_done: u64,
        /// Tables in all.
        tables: u64,
    },
    /// `pg_dump` warned of something and went on.
    Warning {
        /// Its words.
        text: String,
    },
    /// The files are being hashed.
    Hashing {
        /// Bytes hashed so far.
        done: u64,
        /// Bytes in all.
        of: u64,
    },
    /// The archive is being read back with `pg_restore --list`.
    Verifying,
}
