//! Backup: a verified archive of the whole database, before anything is changed.

use tokio::sync::mpsc;

use crate::postgres::backup::size_in_words;
use crate::postgres::run::Control;
use crate::window::backups;
use crate::window::event::{BackupTaken, Failure, WindowEvent};
use crate::window::runner::{Halt, Runner};
use crate::window::translate::{self, BackupSeen};

use super::relay;

/// How many of the backup's events may wait to be drawn.
const EVENTS: usize = 256;

/// Takes the backup.
pub async fn run(runner: &mut Runner, control: &Control) -> Result<String, Halt> {
    let (context, environment) = (std::sync::Arc::clone(&runner.context), runner.environment.clone());
    let window = runner.state().opened.id.to_string();
    let (teller, mut told) = mpsc::channel(EVENTS);
    let cancel = control.stop_after_statement.child_token();
    let mut seen = BackupSeen::default();
    let job = backups::take(&context, &environment, Some(&window), &teller, &cancel);
    let taken = relay(runner, job, &mut told, |event| translate::of_backup(&event, &mut seen)).await?;
    let taken = match taken {
        Ok(taken) => taken,
        Err(error) if control.is_stopping() => return Err(Halt::Stopped(error.to_string())),
        Err(error) => return Err(Failure::plain(error.to_string()).into()),
    };
    let manifest = &taken.manifest;
    let elapsed_ms = u64::try_from(manifest.duration.as_millis()).unwrap_or(u64::MAX);
    let summary = format!("{}, {}, {}", manifest.id, size_in_words(manifest.bytes), manifest.verified.how);
    runner
        .emit(WindowEvent::BackupTaken(BackupTaken {
            id: manifest.id.to_string(),
            path: taken.folder.display().to_string(),
            bytes: manifest.bytes,
            elapsed_ms,
            verified: manifest.verified.how.clone(),
        }))
        .await?;
    Ok(summary)
}
