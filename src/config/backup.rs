//! Where backups go and how they are made.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where backups go and how they are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupSettings {
    /// The folder that holds one folder a backup; absolute.
    pub directory: PathBuf,
    /// How many tables `pg_dump` and `pg_restore` work on at once.
    pub jobs: u32,
    /// The archive format of `pg_dump`.
    pub format: BackupFormat,
    /// How much room, in bytes, must stay free on the disk after the backup.
    pub keep_free: u64,
    /// The `pg_dump` to use instead of the one that Tidegate finds; absolute.
    pub dump_program: Option<PathBuf>,
}

/// The archive format of `pg_dump`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackupFormat {
    /// `--format=directory`: one file a table, written in parallel.
    Directory,
    /// `--format=custom`: one file, one job.
    Custom,
}

impl BackupFormat {
    /// The word that configuration and `pg_dump --format` share.
    pub fn word(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Custom => "custom",
        }
    }
}
