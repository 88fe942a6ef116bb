//! Folders that go when their owner goes.
//!
//! A destructor does not run when a process is killed, nor for what lives as long as the program. So every throwaway
//! folder has a watchdog: a shell that waits for the owner's end of a pipe to close, which the operating system
//! guarantees, and then stops the server and removes the folder. A file lock on `owner`, held as long as the owner
//! lives, tells later starts whether a folder is still somebody's.

use std::fs::{DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use super::account::ServerAccount;
use super::{ClusterError, at};

/// What the names of throwaway folders begin with.
pub(super) const PREFIX: &str = "tidegate-";
/// The file on which the owner holds a lock.
pub(super) const OWNER_FILE: &str = "owner";
/// The file that says that the folder is to stay.
pub(super) const KEPT_FILE: &str = "kept";

const WATCHDOG: &str = include_str!("watchdog.sh");

/// A cluster in memory needs some 50 MB, and what is put into it.
const ROOM_WANTED: u64 = 512 << 20;

/// A private folder (mode 0700) that is removed when this value is dropped, or by its watchdog when the process that
/// owns it ends in any other way.
#[derive(Debug)]
pub struct ThrowawayFolder {
    path: PathBuf,
    watchdog: Option<Watchdog>,
    // Holds the lock.
    _owner: File,
    is_kept: bool,
}

#[derive(Debug)]
struct Watchdog {
    process: Child,
    orders: ChildStdin,
}

impl ThrowawayFolder {
    /// Makes a folder in `parent`, or where throwaway folders best go.
    ///
    /// # Errors
    /// The folder could not be made.
    pub fn create(parent: Option<&Path>) -> Result<Self, ClusterError> {
        let parent = parent.map_or_else(|| best_parent(true), Path::to_owned);
        Self::create_for(&parent, None)
    }

    pub(super) fn create_for(parent: &Path, account: Option<&ServerAccount>) -> Result<Self, ClusterError> {
        std::fs::create_dir_all(parent).map_err(at("Making a folder", parent))?;
        let parent = parent.canonicalize().map_err(at("Finding the folder", parent))?;
        let path = loop {
            let path = parent.join(format!("{PREFIX}{}", random_name()));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => break path,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(at("Making a folder", &path)(error)),
            }
        };
        Self::guard(path.clone(), account).inspect_err(|_| {
            // Nothing is in it yet but the lock; if even this fails, the next start sweeps it away.
            let _ = std::fs::remove_dir_all(&path);
        })
    }

    fn guard(path: PathBuf, account: Option<&ServerAccount>) -> Result<Self, ClusterError> {
        // The process's umask may have taken more than asked.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700))
            .map_err(at("Making a folder private", &path))?;
        let owner = path.join(OWNER_FILE);
        let lock = File::create_new(&owner).map_err(at("Making a file", &owner))?;
        lock.try_lock().map_err(|error| at("Locking a file", &owner)(error.into()))?;
        let watchdog = Watchdog::set_on(&path)?;
        if let Some(account) = account {
            account.own(&path)?;
        }
        Ok(Self { path, watchdog: Some(watchdog), _owner: lock, is_kept: false })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Tells the watchdog which server to stop, or that there is none any more.
    pub(super) fn watch_server(&mut self, process_id: Option<u32>) {
        let id = process_id.map(|id| id.to_string()).unwrap_or_default();
        self.order(&format!("server {id}"));
    }

    /// Leaves the folder in place when this value is dropped or this process ends.
    ///
    /// # Errors
    /// The mark that keeps others from sweeping it away could not be written.
    pub fn keep(&mut self) -> Result<(), ClusterError> {
        let mark = self.path.join(KEPT_FILE);
        std::fs::write(&mark, "").map_err(at("Marking the folder as kept", &mark))?;
        self.is_kept = true;
        self.order("keep");
        Ok(())
    }

    fn order(&mut self, order: &str) {
        if let Some(watchdog) = &mut self.watchdog {
            // If somebody has killed the watchdog, the destructor and the sweep are what is left.
            let _ = writeln!(watchdog.orders, "{order}");
        }
    }
}

impl Drop for ThrowawayFolder {
    fn drop(&mut self) {
        let Some(Watchdog { mut process, orders }) = self.watchdog.take() else {
            return;
        };
        drop(orders);
        let _ = process.wait();
        if !self.is_kept {
            // The watchdog has done so, unless somebody has killed it.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

impl Watchdog {
    fn set_on(folder: &Path) -> Result<Self, ClusterError> {
        let shell = Path::new("/bin/sh");
        let failed = |source| ClusterError::Program { program: shell.to_owned(), source };
        let mut process = Command::new(shell)
            .arg("-c")
            .arg(WATCHDOG)
            .arg("tidegate-watchdog")
            .arg(folder)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        match process.stdin.take() {
            Some(orders) => Ok(Self { process, orders }),
            None => Err(failed(std::io::Error::other("its standard input is missing"))),
        }
    }
}

/// The folders that throwaway folders are made in unless somebody names another.
pub(super) fn usual_parents() -> Vec<PathBuf> {
    let mut parents = vec![PathBuf::from("/dev/shm"), std::env::temp_dir(), PathBuf::from("/tmp")];
    parents.retain(|parent| parent.is_dir());
    parents.dedup();
    parents
}

/// The memory-backed folder if it may be used and has room, else the temporary one.
pub(super) fn best_parent(in_memory: bool) -> PathBuf {
    let memory = Path::new("/dev/shm");
    let has_room = || {
        rustix::fs::statvfs(memory).is_ok_and(|room| room.f_bavail.saturating_mul(room.f_frsize) >= ROOM_WANTED)
            && rustix::fs::access(memory, rustix::fs::Access::WRITE_OK).is_ok()
    };
    if in_memory && has_room() { memory.to_owned() } else { std::env::temp_dir() }
}

fn random_name() -> String {
    use rand::RngExt;
    let mut random = rand::rng();
    (0..8).map(|_| char::from(random.sample(rand::distr::Alphanumeric)).to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_private_and_goes_when_dropped() {
        let parent = tempfile::tempdir().unwrap();
        let folder = ThrowawayFolder::create(Some(parent.path())).unwrap();
        let path = folder.path().to_owned();
        std::fs::write(path.join("content"), "content").unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn a_kept_folder_stays() {
        let parent = tempfile::tempdir().unwrap();
        let mut folder = ThrowawayFolder::create(Some(parent.path())).unwrap();
        let path = folder.path().to_owned();
        folder.keep().unwrap();
        drop(folder);
        assert!(path.exists());
    }

    #[test]
    fn the_watchdog_removes_what_its_owner_could_not() {
        let parent = tempfile::tempdir().unwrap();
        let mut folder = ThrowawayFolder::create(Some(parent.path())).unwrap();
        let path = folder.path().to_owned();
        // As when the process is killed: the pipe closes and no destructor runs.
        let Watchdog { mut process, orders } = folder.watchdog.take().unwrap();
        drop(orders);
        process.wait().unwrap();
        assert!(!path.exists());
        std::mem::forget(folder);
    }
}
