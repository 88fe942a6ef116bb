//! The journal of a window: its events, a JSON line each, in a file that outlives the console.
//!
//! The file is locked for as long as a console runs the window, so that another one knows whether the window is in
//! somebody's hands or was left behind. A line cut short by a crash is passed over when reading: every event that a
//! later decision rests on was forced to the disk before the window went on.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::event::{WindowEvent, WindowId};
use super::state::WindowState;

/// Why a journal could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system refused.
    #[error("the window's journal {} could not be {doing}: {source}. Nothing was done that is not in it; make room or mend the permissions, then resume the window.", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Another console runs this window.
    #[error("the window in {} is being run by another console on this machine. Use that one, or quit it and resume here.", .0.display())]
    InUse(PathBuf),
    /// It is not a window's journal.
    #[error("{} is not the journal of a window: it does not begin with the window's opening.", .0.display())]
    NotAJournal(PathBuf),
}

/// The journal of one window, open for writing and locked.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Starts the journal of a new window in this folder, which is made where it is missing.
    pub fn create(folder: &Path, id: &WindowId) -> Result<Journal, JournalError> {
        let path = folder.join(format!("{id}.jsonl"));
        let refused = |doing| {
            let path = path.clone();
            move |source| JournalError::Io { path, doing, source }
        };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(refused("created"))?;
        let file =
            OpenOptions::new().append(true).create_new(true).mode(0o600).open(&path).map_err(refused("created"))?;
        Journal::lock(path, file)
    }

    /// Opens a journal that was left behind: the window's state, and the journal to go on with.
    pub fn reopen(path: &Path) -> Result<(Journal, WindowState), JournalError> {
        let file = OpenOptions::new().append(true).open(path).map_err(|source| JournalError::Io {
            path: path.to_owned(),
            doing: "opened",
            source,
        })?;
        let mut journal = Journal::lock(path.to_owned(), file)?;
        let state = read(path)?;
        journal.end_torn_line()?;
        Ok((journal, state))
    }

    /// The journal's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes an event down, if it is of the lasting kind, and waits for the disk where the event is a boundary.
    pub fn record(&mut self, event: &WindowEvent) -> Result<(), JournalError> {
        if !event.is_lasting() {
            return Ok(());
        }
        let written = serde_json::to_vec(event).map_err(io::Error::from).and_then(|mut line| {
            line.push(b'\n');
            self.file.write_all(&line)?;
            if event.is_boundary() { self.file.sync_data() } else { Ok(()) }
        });
        written.map_err(|source| JournalError::Io { path: self.path.clone(), doing: "written", source })
    }

    fn lock(path: PathBuf, file: File) -> Result<Journal, JournalError> {
        match file.try_lock() {
            Ok(()) => Ok(Journal { path, file }),
            Err(TryLockError::WouldBlock) => Err(JournalError::InUse(path)),
            Err(TryLockError::Error(source)) => Err(JournalError::Io { path, doing: "locked", source }),
        }
    }

    fn end_torn_line(&mut self) -> Result<(), JournalError> {
        let ends_well = fs::read(&self.path).map(|bytes| bytes.last().is_none_or(|byte| *byte == b'\n'));
        let mended = ends_well.and_then(|well| if well { Ok(()) } else { self.file.write_all(b"\n") });
        mended.map_err(|source| JournalError::Io { path: self.path.clone(), doing: "mended", source })
    }
}

/// Reads the state of the window that a journal tells of.
pub fn read(path: &Path) -> Result<WindowState, JournalError> {
    let refused = |source| JournalError::Io { path: path.to_owned(), doing: "read", source };
    let mut events = Vec::new();
    for line in BufReader::new(File::open(path).map_err(refused)?).split(b'\n') {
        let line = line.map_err(refused)?;
        match serde_json::from_slice::<WindowEvent>(&line) {
            Ok(event) => events.push(event),
            Err(_) if line.is_empty() => {}
            Err(error) => tracing::warn!(path = %path.display(), %error, "passed over a line of a journal"),
        }
    }
    WindowState::replay(events).ok_or_else(|| JournalError::NotAJournal(path.to_owned()))
}

/// A window whose journal does not end with its closing.
#[derive(Debug, Clone)]
pub struct Unfinished {
    /// The journal's file.
    pub path: PathBuf,
    /// What the journal tells.
    pub state: WindowState,
    /// Whether another console on this machine is running it right now.
    pub in_use: bool,
}

/// The windows in this folder that were not closed, latest first. Files that are no journals are passed over.
pub fn unfinished(folder: &Path) -> Vec<Unfinished> {
    let mut found: Vec<Unfinished> = journals(folder)
        .into_iter()
        .filter(|path| !ends_closed(path).unwrap_or(false))
        .filter_map(|path| {
            let state = read(&path).ok()?;
            state.closed.is_none().then(|| Unfinished { in_use: is_held(&path), path, state })
        })
        .collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.state.opened.at));
    found
}

/// Whether a journal's last line says that the window was closed: told without reading the lines before, of which the
/// windows of a year have many.
fn ends_closed(path: &Path) -> io::Result<bool> {
    const LAST_LINE: u64 = 1024;
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LAST_LINE)))?;
    let mut end = Vec::new();
    file.take(LAST_LINE).read_to_end(&mut end)?;
    let last = end.strip_suffix(b"\n").and_then(|lines| lines.rsplit(|byte| *byte == b'\n').next());
    Ok(last.is_some_and(|line| matches!(serde_json::from_slice(line), Ok(WindowEvent::Closed { .. }))))
}

/// The journals in this folder, in the order of their names, which is that of their opening.
pub fn journals(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    paths.sort();
    paths
}

fn is_held(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}
