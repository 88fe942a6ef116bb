//! The backups that lie in the backup directory, complete ones and what was left behind.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::partial::{Leftover, PARTIAL_ENDING, look_at, removal};
use super::room::bytes_below;
use super::verify::{LAST_CHECK_FILE, LastCheck};
use super::{BackupError, BackupId, MANIFEST_FILE, MANIFEST_LAYOUT, Manifest};
use crate::migration::text::printable;

/// One folder in the backup directory.
#[derive(Debug, Clone, PartialEq)]
pub enum BackupEntry {
    /// A backup that was finished and verified.
    Complete {
        /// Its folder.
        folder: PathBuf,
        /// Its manifest.
        manifest: Box<Manifest>,
        /// The last check made after it was finished, if any.
        last_check: Option<LastCheck>,
    },
    /// Something that is no backup: being written, left behind, or damaged.
    Incomplete(Incomplete),
}

impl BackupEntry {
    /// Its folder.
    pub fn folder(&self) -> &Path {
        match self {
            Self::Complete { folder, .. } => folder,
            Self::Incomplete(incomplete) => &incomplete.folder,
        }
    }

    /// When it was begun, as far as that is known.
    pub fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Complete { manifest, .. } => Some(manifest.started),
            Self::Incomplete(incomplete) => incomplete.at,
        }
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Complete { manifest, .. } => manifest.bytes,
            Self::Incomplete(incomplete) => incomplete.bytes,
        }
    }

    /// The manifest of a complete backup.
    pub fn manifest(&self) -> Option<&Manifest> {
        match self {
            Self::Complete { manifest, .. } => Some(manifest),
            Self::Incomplete(_) => None,
        }
    }
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

impl Incomplete {
    /// Why it is no backup and what to do with it, printable.
    pub fn explanation(&self) -> String {
        let removal = removal(&self.folder);
        let text = match &self.reason {
            IncompleteReason::BeingWritten { by } => {
                format!("It is being written at this moment by {by}.")
            }
            IncompleteReason::LeftBehind { by } => {
                format!("{by} ended before it was finished; nothing can be restored from it. Remove it with: {removal}")
            }
            IncompleteReason::NotVerified { why } => {
                format!("It did not pass its check: {why}. Remove it with: {removal}")
            }
            IncompleteReason::Damaged { why } => {
                format!("It is not what was written: {why}. Do not restore it. Remove it with: {removal}")
            }
        };
        printable(&text).into_owned()
    }
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
    LeftBehind {
        /// Who, in words.
        by: String,
    },
    /// It was written but did not pass its check.
    NotVerified {
        /// What was wrong.
        why: String,
    },
    /// Its manifest cannot be read, or its files are not there as the manifest says.
    Damaged {
        /// What is wrong.
        why: String,
    },
}

/// Everything in the backup directory, newest first. A directory that does not exist yet holds nothing. Folders that
/// are not Tidegate's are passed over.
///
/// # Errors
/// When the directory cannot be read.
pub fn list(directory: &Path) -> Result<Vec<BackupEntry>, BackupError> {
    let unreadable = |error: io::Error| BackupError::Disk {
        what: "Reading the backup directory",
        path: directory.to_owned(),
        why: error.to_string(),
        kept: "Check that you may read it.".to_owned(),
    };
    let folders = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        folders => folders.map_err(unreadable)?,
    };
    let mut entries = Vec::new();
    for folder in folders {
        entries.extend(entry(&folder.map_err(unreadable)?.path()));
    }
    entries.sort_by(|one, other| (other.at(), other.folder()).cmp(&(one.at(), one.folder())));
    Ok(entries)
}

/// What a folder is, if it is one of ours.
fn entry(folder: &Path) -> Option<BackupEntry> {
    let name = folder.file_name()?.to_str()?;
    if !folder.is_dir() {
        return None;
    }
    if let Some(id) = name.strip_suffix(PARTIAL_ENDING) {
        return Some(BackupEntry::Incomplete(unfinished(folder, id.parse().ok())));
    }
    let id: BackupId = name.parse().ok()?;
    if !folder.join(MANIFEST_FILE).exists() && !id.looks_made_by_us() {
        return None;
    }
    Some(match read(folder, &id) {
        Ok(manifest) => BackupEntry::Complete {
            last_check: fs::read(folder.join(LAST_CHECK_FILE)).ok().and_then(|text| serde_json::from_slice(&text).ok()),
            folder: folder.to_owned(),
            manifest: Box::new(manifest),
        },
        Err(why) => BackupEntry::Incomplete(Incomplete {
            at: changed(folder),
            bytes: bytes_below(folder),
            folder: folder.to_owned(),
            id: Some(id),
            reason: IncompleteReason::Damaged { why },
        }),
    })
}

/// Reads a manifest and sees that the files it names are there, in their sizes.
fn read(folder: &Path, id: &BackupId) -> Result<Manifest, String> {
    let text =
        fs::read(folder.join(MANIFEST_FILE)).map_err(|error| format!("{MANIFEST_FILE} cannot be read ({error})"))?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| format!("{MANIFEST_FILE} is not a manifest ({error})"))?;
    if manifest.layout > MANIFEST_LAYOUT {
        return Err(format!("a newer tidegate ({}) wrote it; this one cannot judge it", manifest.tidegate));
    }
    if manifest.id != *id {
        return Err(format!("its manifest is that of {}", manifest.id));
    }
    let archive = [manifest.archive.as_str()];
    let paths = manifest.files.iter().map(|file| file.path.as_str());
    if let Some(path) = archive.into_iter().chain(paths).find(|path| leads_out(path)) {
        return Err(format!("its manifest names a file outside of it ({path})"));
    }
    for file in &manifest.files {
        match folder.join(&file.path).metadata() {
            Ok(found) if found.len() == file.bytes => {}
            Ok(found) => {
                return Err(format!("{} has {} bytes instead of {}", file.path, found.len(), file.bytes));
            }
            Err(error) => return Err(format!("{} cannot be read ({error})", file.path)),
        }
    }
    Ok(manifest)
}

/// Whether a relative path may lead out of the folder that it is relative to.
fn leads_out(path: &str) -> bool {
    !Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)))
}

fn unfinished(folder: &Path, id: Option<BackupId>) -> Incomplete {
    let by = |writer: Option<super::partial::Writer>| match &writer {
        Some(writer) => (format!("{} (process {})", writer.operator, writer.pid), Some(writer.started)),
        None => ("Whoever wrote it".to_owned(), None),
    };
    let (reason, at) = match look_at(folder) {
        Leftover::Alive(writer) => {
            let (by, at) = by(writer);
            (IncompleteReason::BeingWritten { by }, at)
        }
        Leftover::Abandoned(writer) => {
            let (by, at) = by(writer);
            (IncompleteReason::LeftBehind { by }, at)
        }
        Leftover::Failed(failure) => (IncompleteReason::NotVerified { why: failure.why }, None),
    };
    Incomplete { at: at.or_else(|| changed(folder)), bytes: bytes_below(folder), folder: folder.to_owned(), id, reason }
}

fn changed(folder: &Path) -> Option<Timestamp> {
    let modified = folder.metadata().ok()?.modified().ok()?;
    Timestamp::try_from(modified).ok()
}
