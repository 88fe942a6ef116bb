//! One run of `pg_dump`: started, watched, and ended when it must be.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tokio::process::ChildStderr;
use tokio_util::sync::CancellationToken;

use super::super::activity::{self, Blocker};
use super::super::child::{Child, Ended, FileModes, GRACE, Lines};
use super::BackupEvent;
use super::event::Reporter;
use super::progress::{Progress, Said};
use super::room::{bytes_below, free};
use super::survey::Watcher;
use super::tools::{in_plain_english, name_of};
use crate::migration::text::{printable, printable_lines, shortened};

/// How often the server and the disk are asked how far it is.
const LOOK: Duration = Duration::from_millis(500);

/// How many of `pg_dump`'s complaints are kept, in lines.
const COMPLAINTS: usize = 12;

/// Longest complaint that is kept, in characters: the statement that `pg_dump` quotes may name every table.
const LONGEST_COMPLAINT: usize = 400;

/// What `pg_dump` is to do.
#[derive(Debug)]
pub(super) struct Dump<'a> {
    /// With its arguments and environment.
    pub(super) command: Command,
    /// Where it writes.
    pub(super) archive: PathBuf,
    /// Bytes that must stay free there.
    pub(super) keep_free: u64,
    /// The second session.
    pub(super) watcher: Option<&'a Watcher>,
}

/// How `pg_dump` came to its end.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It wrote the archive.
    Written,
    /// The operator cancelled it.
    Cancelled,
    /// The disk has less room than must stay free.
    NoRoom {
        /// Bytes that were left.
        free: u64,
    },
    /// It ended otherwise.
    Failed {
        /// How.
        ended: Ended,
        /// What it said, printable, without its own name.
        said: Vec<String>,
        /// Who it waited for when it was last seen waiting.
        blockers: Vec<Blocker>,
    },
}

impl Dump<'_> {
    /// Runs it to its end. Whatever happens, no process and no session of it is left when this returns.
    pub(super) async fn run(
        self,
        progress: &mut Progress,
        reporter: &Reporter<'_>,
        cancel: &CancellationToken,
    ) -> io::Result<Outcome> {
        let mut command = self.command;
        in_plain_english(&mut command);
        let name = name_of(Path::new(command.get_program()));
        let mut child = Child::start(&command, FileModes::Private)?;
        let mut lines = child.errors();
        let mut complaints = Complaints::default();
        let mut blockers = Vec::new();
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let outcome = loop {
            tokio::select! {
                biased;
                () = cancel.cancelled() => {
                    end(&mut child, lines.as_mut()).await?;
                    break Outcome::Cancelled;
                }
                line = async { match &mut lines { Some(lines) => lines.next().await, None => Ok(None) } }, if lines.is_some() => {
                    match line? {
                        Some(line) => heard(&line, &name, progress, &mut complaints, reporter).await,
                        None => lines = None,
                    }
                }
                ended = child.wait() => {
                    let ended = ended?;
                    let rest = async {
                        while let Some(lines) = &mut lines
                            && let Ok(Some(line)) = lines.next().await
                        {
                            heard(&line, &name, progress, &mut complaints, reporter).await;
                        }
                    };
                    // Whatever still holds the other end will not say more that matters.
                    let _ = tokio::time::timeout(GRACE, rest).await;
                    if ended.well() {
                        progress.complete();
                        break Outcome::Written;
                    }
                    break Outcome::Failed { ended, said: complaints.into_lines(), blockers };
                }
                _ = look.tick() => {
                    let left = free_below(&self.archive).await?;
                    if left < self.keep_free {
                        end(&mut child, lines.as_mut()).await?;
                        break Outcome::NoRoom { free: left };
                    }
                    if let Some(watcher) = self.watcher {
                        let found = watch(watcher, progress).await;
                        if found != blockers {
                            reporter.tell(BackupEvent::Waiting { blockers: found.clone() }).await;
                        }
                        blockers = found;
                    }
                    report(&self.archive, progress, reporter).await;
                }
            }
        };
        if matches!(outcome, Outcome::Written) {
            report(&self.archive, progress, reporter).await;
        } else if let Some(watcher) = self.watcher {
            // A lost connection cannot hold up the answer: the server ends the sessions by itself then.
            let _ = watcher.end_sessions().await;
        }
        Ok(outcome)
    }
}

/// Ends `pg_dump` and its workers, and waits for all of them.
async fn end(child: &mut Child, lines: Option<&mut Lines<ChildStderr>>) -> io::Result<()> {
    child.terminate().await?;
    if let Some(lines) = lines {
        lines.drain().await;
    }
    Ok(())
}

async fn heard(line: &str, name: &str, progress: &mut Progress, complaints: &mut Complaints, reporter: &Reporter<'_>) {
    match Said::parse(line, name) {
        Said::Table(table) => {
            progress.began(table);
            let event = BackupEvent::Table {
                name: printable(table).into_owned(),
                done: progress.tables_done(),
                of: progress.tables(),
            };
            reporter.tell(event).await;
        }
        Said::TableFinished(table) => progress.finished(table),
        Said::Warning(text) => {
            let text = shortened(&printable(text), LONGEST_COMPLAINT).into_owned();
            reporter.tell(BackupEvent::Warning { text }).await;
        }
        Said::Complaint(text) => complaints.add(text),
        Said::Continued(text) => complaints.go_on(text),
        Said::Doing => complaints.pause(),
    }
}

/// What the server says about `pg_dump`'s sessions; returns who stands in their way.
async fn watch(watcher: &Watcher, progress: &mut Progress) -> Vec<Blocker> {
    let Ok(sessions) = watcher.sessions().await else {
        return Vec::new();
    };
    let mut blockers: Vec<Blocker> = Vec::new();
    for session in sessions {
        if let Some((table, copied)) = session.copies {
            progress.copied(table, copied);
        }
        if session.waits {
            let found = activity::blockers(watcher.connection(), session.pid).await;
            blockers.extend(found.unwrap_or_default());
        }
    }
    blockers
}

async fn report(archive: &Path, progress: &Progress, reporter: &Reporter<'_>) {
    let archive = archive.to_owned();
    let written = tokio::task::spawn_blocking(move || bytes_below(&archive)).await.unwrap_or(0);
    reporter
        .tell(BackupEvent::Progress {
            read: progress.read(),
            of: progress.bytes(),
            written,
            tables_done: progress.tables_done(),
            tables: progress.tables(),
        })
        .await;
}

async fn free_below(archive: &Path) -> io::Result<u64> {
    // The archive itself may not be there yet; the folder that it is written to is.
    let folder = archive.parent().unwrap_or(archive).to_owned();
    tokio::task::spawn_blocking(move || free(&folder)).await.map_err(io::Error::other)?
}

/// The last things that a program complained of.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    lines: VecDeque<String>,
    complaining: bool,
}

impl Complaints {
    /// A new complaint.
    pub(super) fn add(&mut self, text: &str) {
        self.complaining = true;
        self.push(text);
    }

    /// A further line of whatever was said before; of a program that is no `pg_dump`, anything it says.
    pub(super) fn go_on(&mut self, text: &str) {
        if self.complaining || self.lines.is_empty() {
            self.push(text);
        }
    }

    fn pause(&mut self) {
        self.complaining = false;
    }

    fn push(&mut self, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        if self.lines.len() == COMPLAINTS {
            self.lines.pop_front();
        }
        let text = printable_lines(text);
        self.lines.push_back(shortened(text.trim(), LONGEST_COMPLAINT).into_owned());
    }

    /// All of them, printable.
    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines.into()
    }
}
