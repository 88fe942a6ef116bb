//! What can happen to the console, and what it can ask for in turn.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::layout::{Position, Size};

use crate::config::Secret;
use crate::migration::checksum::Checksum;
use crate::migration::git::Commit;
use crate::postgres::backup::BackupEntry;
use crate::window::files::FilesNews;
use crate::window::monitor::MonitorEvent;

use super::key::Key;
use super::log::LogLine;
use super::trouble::Trouble;
use super::widget::viewer::TextLine;

/// One reading of the clock. The console itself never looks at one: time comes in as a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// How long the console has been running.
    pub uptime: Duration,
    /// The time of day.
    pub now: Timestamp,
}

impl Moment {
    /// The beginning, before any clock was read.
    pub const START: Self = Self { uptime: Duration::ZERO, now: Timestamp::UNIX_EPOCH };
}

/// What the mouse did, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// What it did.
    pub what: MouseAction,
    /// The cell.
    pub at: Position,
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseAction {
    /// The left button was pressed.
    Click,
    /// The wheel turned away from the user.
    WheelUp,
    /// The wheel turned towards the user.
    WheelDown,
}

/// Tells the layers of one run apart, so that an answer finds who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerId(pub u64);

/// Something that happened.
#[derive(Debug)]
pub enum Message {
    /// The clock was read; comes before every burst of other messages.
    Clock(Moment),
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The mouse was used.
    Mouse(Mouse),
    /// The terminal has this size now.
    Resize(Size),
    /// The operating system asks the console to end: SIGTERM, SIGHUP, or the terminal went away.
    Terminate(&'static str),
    /// The operating system asks the console to pause: SIGTSTP.
    Suspend,
    /// The console goes on after a pause: SIGCONT.
    Resumed,
    /// A line for the log.
    Log(LogLine),
    /// Something went wrong outside any screen.
    Trouble(Box<Trouble>),
    /// Something worth a passing word.
    Notice(String),
    /// The migration files were read, at the start or because they changed.
    Files(FilesNews),
    /// The commit that the files are at now.
    Commit(Option<Commit>),
    /// News of an environment.
    Environment(MonitorEvent),
    /// What a screen asked for.
    Answer {
        /// Who asked.
        to: LayerId,
        /// What came of it.
        answer: Answer,
    },
}

/// What came of [`Work`].
#[derive(Debug)]
pub enum Answer {
    /// A migration's files.
    Texts(Box<Texts>),
    /// What changed in a file since it was applied.
    Difference(Box<Difference>),
    /// The backups, newest first.
    Backups(Vec<BackupEntry>),
    /// It went wrong.
    Failed(Box<Trouble>),
}

/// Something that `update` wants done outside.
#[derive(Debug)]
pub enum Effect {
    /// Hand this text to the clipboard, through the terminal (OSC 52).
    Copy(String),
    /// Give the terminal to the shell and stop until SIGCONT.
    Suspend,
    /// Draw every cell afresh.
    Redraw,
    /// Ask an environment at once how it is, or try again to connect.
    Refresh(usize),
    /// Connect with a password that the operator typed.
    SupplyPassword(usize, Secret),
    /// Do this work and answer the layer.
    Work(LayerId, Work),
}

/// Work that a screen wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// Read a migration's files.
    ReadMigration {
        /// The file that applies it.
        up: Option<PathBuf>,
        /// The file that rolls it back.
        down: Option<PathBuf>,
    },
    /// Find what was applied and compare it with the file as it is now.
    FindApplied {
        /// The file.
        path: PathBuf,
        /// The SHA-256 of what was applied.
        checksum: Checksum,
    },
    /// List the backups in the configured folder.
    ListBackups,
}

/// A migration's files, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Texts {
    /// The file that applies it, where there is one.
    pub up: Option<Vec<TextLine>>,
    /// The file that rolls it back, where there is one.
    pub down: Option<Vec<TextLine>>,
}

/// What changed in a file since it was applied.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// The difference.
    Lines(Vec<TextLine>),
    /// What was applied could not be found, and why.
    NotFound(String),
}
