//! A backup that is being written: a folder that nothing takes for a backup until it is renamed.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{BackupId, MANIFEST_FILE, Manifest};

/// The ending of a folder that is being written.
pub(super) const PARTIAL_ENDING: &str = ".partial";

/// The file that its writer keeps locked.
const WRITER_FILE: &str = "writer.json";

/// The file that says why a finished dump did not pass its check.
const FAILURE_FILE: &str = "failure.json";

/// Who writes a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Writer {
    /// The operator.
    pub(super) operator: String,
    /// The process on this machine.
    pub(super) pid: u32,
    /// When it began.
    pub(super) started: Timestamp,
}

/// Why a dump that was written may not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failure {
    /// In words.
    pub(super) why: String,
}

/// A backup that is being written by us.
#[derive(Debug)]
pub(super) struct Partial {
    id: BackupId,
    directory: PathBuf,
    folder: PathBuf,
    /// Holds the lock that tells others that the writer lives.
    _lock: File,
}

impl Partial {
    /// Makes a folder that no other writer has, below `directory`, for a backup that is to be called `id` or the next
    /// free name after it.
    pub(super) fn create(directory: &Path, id: &BackupId, writer: &Writer) -> io::Result<Self> {
        let mut attempt = 1;
        loop {
            let id = id.nth(attempt);
            attempt += 1;
            let folder = directory.join(format!("{id}{PARTIAL_ENDING}"));
            if directory.join(id.as_str()).exists() {
                continue;
            }
            match DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            }
            if directory.join(id.as_str()).exists() {
                // Another writer finished under this name between our two looks.
                fs::remove_dir(&folder)?;
                continue;
            }
            let lock = private_file(&folder.join(WRITER_FILE)).and_then(|mut file| {
                file.lock()?;
                file.write_all(&serde_json::to_vec_pretty(writer)?)?;
                Ok(file)
            });
            return match lock {
                Ok(lock) => Ok(Self { id, directory: directory.to_owned(), folder, _lock: lock }),
                Err(error) => {
                    let _ = fs::remove_dir_all(&folder);
                    Err(error)
                }
            };
        }
    }

    /// The name that the backup will have.
    pub(super) fn id(&self) -> &BackupId {
        &self.id
    }

    /// Where it is written.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where it will be once it is finished.
    pub(super) fn final_folder(&self) -> PathBuf {
        self.directory.join(self.id.as_str())
    }

    /// Makes it a backup: the manifest reaches the disk, then the folder gets its name.
    pub(super) fn finish(self, manifest: &Manifest) -> io::Result<PathBuf> {
        let text = serde_json::to_vec_pretty(manifest)?;
        write_durably(&self.folder, MANIFEST_FILE, &text)?;
        fs::remove_file(self.folder.join(WRITER_FILE))?;
        File::open(&self.folder)?.sync_all()?;
        let folder = self.final_folder();
        fs::rename(&self.folder, &folder)?;
        File::open(&self.directory)?.sync_all()?;
        Ok(folder)
    }

    /// Removes it. Says what became of it.
    pub(super) fn discard(self) -> String {
        match fs::remove_dir_all(&self.folder) {
            Ok(()) => "What had been written was removed.".to_owned(),
            Err(error) => format!(
                "What had been written could not be removed ({error}); it is not a backup. Remove it with: {}",
                removal(&self.folder)
            ),
        }
    }

    /// Leaves it where it is, marked as no backup. Says where it is.
    pub(super) fn set_aside(self, why: &str) -> String {
        let failure = Failure { why: why.to_owned() };
        let marked = serde_json::to_vec_pretty(&failure)
            .map_err(io::Error::from)
            .and_then(|text| write_durably(&self.folder, FAILURE_FILE, &text));
        let marked = match marked {
            Ok(()) => String::new(),
            Err(error) => format!(" (it could not be marked: {error})"),
        };
        format!("What was written is kept for a look{marked}; remove it with: {}", removal(&self.folder))
    }
}

/// What a folder that is being written, or was left behind, says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Leftover {
    /// Its writer lives.
    Alive(Option<Writer>),
    /// Its writer is gone.
    Abandoned(Option<Writer>),
    /// It did not pass its check.
    Failed(Failure),
}

/// Looks at a folder that is named as one being written.
pub(super) fn look_at(folder: &Path) -> Leftover {
    let read = |name: &str| fs::read(folder.join(name)).ok();
    if let Some(failure) = read(FAILURE_FILE).and_then(|text| serde_json::from_slice(&text).ok()) {
        return Leftover::Failed(failure);
    }
    let writer = read(WRITER_FILE).and_then(|text| serde_json::from_slice(&text).ok());
    let is_locked = File::open(folder.join(WRITER_FILE))
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock)));
    if is_locked { Leftover::Alive(writer) } else { Leftover::Abandoned(writer) }
}

/// The command that removes a folder.
pub(super) fn removal(folder: &Path) -> String {
    let path = folder.to_string_lossy();
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "/._-+".contains(character);
    if path.chars().all(is_plain) {
        format!("rm -r -- {path}")
    } else {
        format!("rm -r -- '{}'", path.replace('\'', r"'\''"))
    }
}

/// Writes a file that is whole or not there, whatever happens.
pub(super) fn write_durably(folder: &Path, name: &str, text: &[u8]) -> io::Result<()> {
    let unfinished = folder.join(format!("{name}.new"));
    let mut file = private_file(&unfinished)?;
    file.write_all(text)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(name))?;
    File::open(folder)?.sync_all()
}

fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> Writer {
        Writer { operator: "ana".to_owned(), pid: 7, started: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn two_writers_never_share_a_name() {
        let directory = tempfile::tempdir().unwrap();
        let id = BackupId::new(Timestamp::UNIX_EPOCH, "staging");
        let first = Partial::create(directory.path(), &id, &writer()).unwrap();
        let second = Partial::create(directory.path(), &id, &writer()).unwrap();
        fs::create_dir(directory.path().join(format!("{id}.3"))).unwrap();
        let fourth = Partial::create(directory.path(), &id, &writer()).unwrap();
        assert_eq!(first.id(), &id);
        assert_eq!(second.id().as_str(), "19700101T000000Z_staging.2");
        assert_eq!(fourth.id().as_str(), "19700101T000000Z_staging.4");
    }

    #[test]
    fn a_living_writer_is_told_from_a_dead_one() {
        let directory = tempfile::tempdir().unwrap();
        let id = BackupId::new(Timestamp::UNIX_EPOCH, "staging");
        let partial = Partial::create(directory.path(), &id, &writer()).unwrap();
        let folder = partial.folder().to_owned();
        assert_eq!(look_at(&folder), Leftover::Alive(Some(writer())));
        drop(partial);
        assert_eq!(look_at(&folder), Leftover::Abandoned(Some(writer())));
    }

    #[test]
    fn what_failed_its_check_stays_and_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let id = BackupId::new(Timestamp::UNIX_EPOCH, "staging");
        let partial = Partial::create(directory.path(), &id, &writer()).unwrap();
        let folder = partial.folder().to_owned();
        let words = partial.set_aside("a table is missing");
        assert!(words.contains(&removal(&folder)), "{words}");
        let why = "a table is missing".to_owned();
        assert_eq!(look_at(&folder), Leftover::Failed(Failure { why }));
    }

    #[test]
    fn the_command_that_removes_a_folder_can_be_pasted() {
        assert_eq!(removal(Path::new("/b/x.partial")), "rm -r -- /b/x.partial");
        assert_eq!(removal(Path::new("/it's b/x.partial")), r"rm -r -- '/it'\''s b/x.partial'");
    }
}
