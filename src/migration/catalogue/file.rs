//! One file of a migration as it was when it was read.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::Layout;
use crate::migration::checksum::{Checksum, FileDigest};
use crate::migration::script::{Script, ScriptError};
use crate::migration::text::printable;

/// One file as it was when it was read.
#[derive(Debug, Clone)]
pub struct MigrationFile {
    /// Where it lies.
    pub path: PathBuf,
    /// SHA-256 of its bytes.
    pub checksum: Checksum,
    /// SHA-256 without regard to line endings and a byte order mark.
    pub normalised: Checksum,
    /// Its length.
    pub bytes: u64,
    /// When it was last written.
    pub modified: SystemTime,
    stamp: Option<Stamp>,
}

/// Two are equal when they say the same about the file; how they would notice a change of it does not count.
impl PartialEq for MigrationFile {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
            && self.checksum == other.checksum
            && self.normalised == other.normalised
            && self.bytes == other.bytes
            && self.modified == other.modified
    }
}

impl Eq for MigrationFile {}

/// What changes whenever a file's bytes do, without reading them.
///
/// A file that was written a moment before it was read has none: it could be written again within the same tick of the file
/// system's clock, so only its bytes can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    length: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

/// The coarsest clock of the file systems in use.
const CLOCK_TICK: Duration = Duration::from_secs(2);

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Stamp {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            written: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// The stamp, if the file had lain still for a while at `now`.
    fn settled(metadata: &Metadata, now: SystemTime) -> Option<Self> {
        let stamp = Stamp::of(metadata);
        let last = u64::try_from(stamp.written.0.max(stamp.changed.0)).ok()?;
        let last = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(last))?;
        now.duration_since(last).is_ok_and(|age| age > CLOCK_TICK).then_some(stamp)
    }
}

/// A migration's file could not be made into a script.
#[derive(Debug, thiserror::Error)]
pub enum ReadScriptError {
    /// The file could not be read.
    #[error("{} could not be read: {source}. Nothing of it has run.", printable(&path.to_string_lossy()))]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It was read and cannot be run as it is.
    #[error(transparent)]
    Script(#[from] ScriptError),
}

impl MigrationFile {
    /// A file of this content, as if it had just been read from `path`.
    pub fn of(path: PathBuf, content: &[u8], modified: SystemTime) -> Self {
        MigrationFile {
            path,
            checksum: Checksum::of(content),
            normalised: Checksum::of_normalised(content),
            bytes: content.len() as u64,
            modified,
            stamp: None,
        }
    }

    pub(super) fn digested(path: PathBuf, digest: &FileDigest, before: &Metadata, now: SystemTime) -> Self {
        MigrationFile {
            path,
            checksum: digest.exact,
            normalised: digest.normalised,
            bytes: digest.bytes,
            modified: before.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            stamp: Stamp::settled(before, now),
        }
    }

    /// Whether the file that has this metadata now is sure to hold the same bytes.
    pub(super) fn is_unchanged(&self, metadata: &Metadata) -> bool {
        self.stamp == Some(Stamp::of(metadata))
    }

    /// Whether the file had lain still when it was read, so that a change of it can be told without reading it again.
    pub(super) fn is_settled(&self) -> bool {
        self.stamp.is_some()
    }

    /// The file's bytes as they are now.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        std::fs::read(&self.path)
    }

    /// The file as it is now, split into statements.
    ///
    /// # Errors
    ///
    /// When the file can no longer be read, or cannot be run as it is.
    pub fn read_script(&self, layout: &Layout) -> Result<Script, ReadScriptError> {
        let bytes = self.read().map_err(|source| ReadScriptError::Io { path: self.path.clone(), source })?;
        Ok(Script::parse(&self.path, &bytes, &layout.script_options())?)
    }
}
