//! Removes what throwaway folders of dead owners are left: after a power failure, or when the watchdog was killed too.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal};

use super::account::ServerAccount;
use super::data::folder_in;
use super::folder::{KEPT_FILE, OWNER_FILE, PREFIX, usual_parents};

/// A folder without a lock may be one that is being made this moment.
const OLD_ENOUGH: Duration = Duration::from_secs(60);

/// Removes what throwaway clusters of dead owners have left in the usual places, folders and processes, if they
/// belong to this user (or to the one that runs servers for root). Returns the folders removed.
pub fn sweep() -> Vec<PathBuf> {
    usual_parents().iter().flat_map(|parent| sweep_in(parent)).collect()
}

fn sweep_in(parent: &Path) -> Vec<PathBuf> {
    let mine: Vec<u32> = [rustix::process::geteuid().as_raw()]
        .into_iter()
        .chain(ServerAccount::needed().ok().flatten().map(|account| account.user_id()))
        .collect();
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX))
        .filter(|entry| entry.metadata().is_ok_and(|data| data.is_dir() && mine.contains(&data.uid())))
        .map(|entry| entry.path())
        .filter(|folder| is_abandoned(folder))
        .filter(|folder| {
            stop_server(folder);
            std::fs::remove_dir_all(folder).is_ok()
        })
        .collect()
}

fn is_abandoned(folder: &Path) -> bool {
    if folder.join(KEPT_FILE).exists() {
        return false;
    }
    match File::open(folder.join(OWNER_FILE)) {
        Ok(owner) => owner.try_lock().is_ok(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound && is_old(folder),
    }
}

fn is_old(folder: &Path) -> bool {
    let changed = folder.metadata().and_then(|data| data.modified());
    changed.is_ok_and(|time| time.elapsed().is_ok_and(|age| age >= OLD_ENOUGH))
}

/// Stops the server whose lock file lies in the folder, if its process is indeed that server: numbers are reused.
fn stop_server(folder: &Path) {
    let data = folder_in(folder);
    let process = std::fs::read_to_string(data.join("postmaster.pid"))
        .ok()
        .and_then(|text| text.lines().next()?.trim().parse().ok())
        .and_then(Pid::from_raw);
    if let Some(process) = process
        && runs_on(process, &data)
    {
        // An immediate shutdown; the server's children notice the missing files at the latest.
        let _ = rustix::process::kill_process(process, Signal::QUIT);
    }
}

fn runs_on(process: Pid, data: &Path) -> bool {
    let number = process.as_raw_nonzero();
    if let Ok(folder) = std::fs::read_link(format!("/proc/{number}/cwd")) {
        return folder == data;
    }
    let output = std::process::Command::new("ps").args(["-o", "command=", "-p", &number.to_string()]).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&*data.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::super::ThrowawayFolder;
    use super::*;

    #[test]
    fn what_nobody_owns_any_more_is_removed() {
        let parent = tempfile::tempdir().unwrap();
        let abandoned = parent.path().join(format!("{PREFIX}abandoned"));
        std::fs::create_dir(&abandoned).unwrap();
        std::fs::write(abandoned.join(OWNER_FILE), "").unwrap();
        let kept = parent.path().join(format!("{PREFIX}kept"));
        std::fs::create_dir(&kept).unwrap();
        std::fs::write(kept.join(KEPT_FILE), "").unwrap();
        let being_made = parent.path().join(format!("{PREFIX}new"));
        std::fs::create_dir(&being_made).unwrap();
        let somebody_elses = parent.path().join("other");
        std::fs::create_dir(&somebody_elses).unwrap();
        let owned = ThrowawayFolder::create(Some(parent.path())).unwrap();

        assert_eq!(sweep_in(parent.path()), std::slice::from_ref(&abandoned));

        assert!(!abandoned.exists());
        for folder in [&kept, &being_made, &somebody_elses, &owned.path().to_owned()] {
            assert!(folder.exists(), "{}", folder.display());
        }
    }
}
