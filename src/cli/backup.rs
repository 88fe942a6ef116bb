//! `tidegate backup ENV`

use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::args::FormatOption;
use super::environments::{context, environment, working_runtime};
use super::output::{self, Output, Tone};
use super::wishes::Wishes;
use super::words::{obstacle, took};
use super::{CommandError, Exit, Session};
use crate::config::Environment;
use crate::migration::text::printable;
use crate::postgres::backup::{Manifest, Taken, size_in_words};
use crate::window::backups;
use crate::window::context::Context;
use crate::window::event::WindowEvent;
use crate::window::translate::{self, BackupSeen};

/// The arguments of `tidegate backup`.
#[derive(Debug, Args)]
pub struct Options {
    /// The environment
    #[arg(value_name = "ENV")]
    pub environment: String,

    #[command(flatten)]
    format: FormatOption,
}

/// How often it is said how far the backup has come.
const PACE: Duration = Duration::from_secs(2);

#[derive(Serialize)]
struct Document<'a> {
    folder: String,
    manifest: &'a Manifest,
}

/// Takes and verifies a backup, and says on standard error how far it has come.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let context = context(session)?;
    let environment = environment(&context.config, &options.environment)?;
    let progress = Output::stderr(session.global.color);
    let Taken { folder, manifest } = working_runtime()?.block_on(take(&context, environment, progress))?;
    let output = &mut session.output;
    if options.format.is_json() {
        output.json(&Document { folder: output::path(&folder), manifest: &manifest })?;
        return Ok(Exit::Done);
    }
    let (size, span) = (size_in_words(manifest.bytes), took(manifest.duration));
    output.line(output.tone(Tone::Good, format!("Backup {}: {size}, {span}", manifest.id)))?;
    output.line(format!("{}, {}", output::path(&folder), printable(&manifest.verified.how)))?;
    Ok(Exit::Done)
}

async fn take(context: &Context, environment: &Environment, mut progress: Output) -> Result<Taken, CommandError> {
    let cancel = CancellationToken::new();
    let mut wishes = Wishes::new().map_err(CommandError::Runtime)?;
    let (events, mut told) = mpsc::channel(64);
    let mut taking = std::pin::pin!(backups::take(context, environment, None, &events, &cancel));
    let mut pace = tokio::time::interval(PACE);
    let (mut seen, mut latest) = (BackupSeen::default(), None);
    // Nobody may be reading any more; the backup is taken all the same.
    let mut say = |tone, text: &str| {
        let _ = progress.line(progress.tone(tone, printable(text))).and_then(|()| progress.finish());
    };
    loop {
        tokio::select! {
            taken = &mut taking => return Ok(taken?),
            Some(event) = told.recv() => match translate::of_backup(&event, &mut seen) {
                Some(WindowEvent::BackupProgress { doing, tables_done, tables, bytes }) => {
                    let written = size_in_words(bytes);
                    latest = Some(format!("{doing}: {tables_done} of {tables} tables, {written} written"));
                }
                Some(WindowEvent::Output { line }) => say(Tone::Warning, &line),
                Some(WindowEvent::Waiting { obstacles }) => {
                    obstacles.iter().for_each(|one| say(Tone::Warning, &format!("waits for {}", obstacle(one))));
                }
                _ => {}
            },
            _ = wishes.next() => {
                cancel.cancel();
                say(Tone::Warning, "Cancelling the backup.");
            }
            _ = pace.tick() => if let Some(line) = latest.take() {
                say(Tone::Quiet, &line);
            }
        }
    }
}
