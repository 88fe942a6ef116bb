//! What a running backup tells whoever watches it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::BackupId;
use crate::config::BackupFormat;
use crate::postgres::activity::Blocker;

/// One thing that happened while a backup was taken or verified.
///
/// Every text in it is printable.
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
        format: BackupFormat,
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
    /// `pg_dump` waits for locks; told when that changes, with nobody when it waits no more.
    Waiting {
        /// The sessions that hold them.
        blockers: Vec<Blocker>,
    },
    /// Something is odd, and the backup goes on.
    Warning {
        /// What, in words.
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

/// Passes events on to whoever listens. A slow listener is waited for, unless the operator cancels; one that went
/// away is not.
#[derive(Debug)]
pub(super) struct Reporter<'a> {
    pub(super) events: &'a mpsc::Sender<BackupEvent>,
    pub(super) cancel: &'a CancellationToken,
}

impl Reporter<'_> {
    pub(super) async fn tell(&self, event: BackupEvent) {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => {}
            _ = self.events.send(event) => {}
        }
    }
}
