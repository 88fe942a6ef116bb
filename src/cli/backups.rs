//! `tidegate backups [ENV]`

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::args::FormatOption;
use super::environments::{environment, working_runtime};
use super::output::{self, Output, Tone};
use super::table::{Cell, Table};
use super::wishes::Wishes;
use super::words::{count, moment, took};
use super::{CommandError, Exit, Session};
use crate::config::Config;
use crate::migration::text::printable;
use crate::postgres::backup::{self, BackupEntry, BackupError, BackupId, Manifest, Verification, size_in_words};

/// The arguments of `tidegate backups`.
#[derive(Debug, Args)]
pub struct Options {
    /// The environment [default: all]
    #[arg(value_name = "ENV")]
    pub environment: Option<String>,

    /// Hash every file of this backup again and read its table of contents back
    #[arg(long, value_name = "ID", conflicts_with = "environment")]
    pub verify: Option<BackupId>,

    #[command(flatten)]
    format: FormatOption,
}

/// Lists the backups, or checks one again.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let config = session.config()?;
    if let Some(name) = &options.environment {
        environment(&config, name)?;
    }
    let mut entries = backup::list(&config.backup.directory)?;
    if let Some(id) = &options.verify {
        return verify(id, &entries, &config, options.format.is_json(), session);
    }
    if let Some(name) = &options.environment {
        entries.retain(|entry| is_of(entry, name));
    }
    if options.format.is_json() {
        let document = ListDocument {
            directory: output::path(&config.backup.directory),
            backups: entries.iter().map(EntryDocument::of).collect(),
        };
        session.output.json(&document)?;
    } else {
        print(&entries, &config, &mut session.output)?;
    }
    Ok(Exit::Done)
}

/// Whether a backup is of this environment. One without a manifest is told by its name alone.
fn is_of(entry: &BackupEntry, environment: &str) -> bool {
    match entry {
        BackupEntry::Complete { manifest, .. } => manifest.environment == environment,
        BackupEntry::Incomplete(incomplete) => incomplete.id.as_ref().is_some_and(|id| {
            let part = |id: &BackupId| id.as_str().split('_').skip(1).collect::<Vec<_>>().join("_");
            let (found, wanted) = (part(id), part(&BackupId::new(Timestamp::UNIX_EPOCH, environment)));
            found.split('.').next() == Some(wanted.as_str())
        }),
    }
}

fn print(entries: &[BackupEntry], config: &Config, output: &mut Output) -> Result<(), CommandError> {
    if entries.is_empty() {
        output.line(format!("There are no backups in {}.", output::path(&config.backup.directory)))?;
        return Ok(());
    }
    let mut table = Table::headed(["backup", "environment", "size", "took", "migrations", "window", "checked"]);
    for entry in entries {
        match entry {
            BackupEntry::Complete { manifest, last_check, .. } => {
                let checked = match last_check {
                    Some(check) if check.problems.is_empty() => Cell::toned(Tone::Good, moment(check.at)),
                    Some(check) => {
                        Cell::toned(Tone::Bad, printable(&format!("DAMAGED: {}", check.problems.join("; "))))
                    }
                    None => Cell::toned(Tone::Good, moment(manifest.verified.at)),
                };
                table.row(vec![
                    Cell::plain(manifest.id.as_str()),
                    Cell::plain(printable(&manifest.environment)),
                    Cell::plain(size_in_words(manifest.bytes)),
                    Cell::plain(took(manifest.duration)),
                    Cell::plain(manifest.migrations.len().to_string()),
                    Cell::plain(printable(manifest.window.as_deref().unwrap_or("none"))),
                    checked,
                ]);
            }
            BackupEntry::Incomplete(_) => {}
        }
    }
    let lines: Vec<String> = table.lines(output).collect();
    for line in lines {
        output.line(line)?;
    }
    let unusable: Vec<_> = entries
        .iter()
        .filter_map(|entry| match entry {
            BackupEntry::Incomplete(incomplete) => Some(incomplete),
            BackupEntry::Complete { .. } => None,
        })
        .collect();
    if !unusable.is_empty() {
        output.line("")?;
        output.line(output.tone(Tone::Warning, format!("{} no backup:", are(unusable.len()))))?;
        for incomplete in unusable {
            output.line(format!("  {}: {}", output::path(&incomplete.folder), incomplete.explanation()))?;
        }
    }
    Ok(())
}

fn are(folders: usize) -> String {
    format!("{} {}", count(folders, "folder"), if folders == 1 { "is" } else { "are" })
}

fn verify(
    id: &BackupId,
    entries: &[BackupEntry],
    config: &Config,
    json: bool,
    session: &mut Session,
) -> Result<Exit, CommandError> {
    let found = entries.iter().find(|entry| match entry {
        BackupEntry::Complete { manifest, .. } => manifest.id == *id,
        BackupEntry::Incomplete(incomplete) => incomplete.id.as_ref() == Some(id),
    });
    let checked = match found {
        None => return Err(CommandError::NoBackup(id.to_string())),
        Some(BackupEntry::Incomplete(incomplete)) => Err(vec![incomplete.explanation()]),
        Some(BackupEntry::Complete { folder, manifest, .. }) => working_runtime()?.block_on(async {
            let cancel = CancellationToken::new();
            let mut wishes = Wishes::new().map_err(CommandError::Runtime)?;
            // What it does meanwhile is of no interest; whether all is well is.
            let (events, _) = mpsc::channel(1);
            let mut checking = std::pin::pin!(backup::verify(folder, manifest, &config.backup, &events, &cancel));
            loop {
                tokio::select! {
                    checked = &mut checking => break match checked {
                        Ok(verification) => Ok(Ok(verification)),
                        Err(BackupError::Damaged { problems, .. }) => Ok(Err(problems)),
                        Err(error) => Err(CommandError::from(error)),
                    },
                    _ = wishes.next() => cancel.cancel(),
                }
            }
        })?,
    };
    let output = &mut session.output;
    if json {
        output.json(&CheckDocument::of(id, &checked))?;
    } else {
        match &checked {
            Ok(verification) => {
                let words = format!("{id} is as it was written: {}.", verification.how);
                output.line(output.tone(Tone::Good, printable(&words)))?;
            }
            Err(problems) => {
                output.line(output.tone(Tone::Bad, format!("{id} is not to be trusted:")))?;
                for problem in problems {
                    output.line(format!("  {}", printable(problem)))?;
                }
            }
        }
    }
    Ok(if checked.is_ok() { Exit::Done } else { Exit::Failed })
}

#[derive(Serialize)]
struct ListDocument<'a> {
    directory: String,
    backups: Vec<EntryDocument<'a>>,
}

#[derive(Serialize)]
struct EntryDocument<'a> {
    id: Option<&'a str>,
    folder: String,
    complete: bool,
    bytes: u64,
    why: Option<String>,
    problems: Option<&'a [String]>,
    manifest: Option<&'a Manifest>,
}

#[derive(Serialize)]
struct CheckDocument<'a> {
    id: &'a str,
    ok: bool,
    how: Option<&'a str>,
    problems: &'a [String],
}

impl<'a> EntryDocument<'a> {
    fn of(entry: &'a BackupEntry) -> Self {
        let (folder, bytes) = (output::path(entry.folder()), entry.bytes());
        match entry {
            BackupEntry::Complete { manifest, last_check, .. } => EntryDocument {
                id: Some(manifest.id.as_str()),
                folder,
                complete: true,
                bytes,
                why: None,
                problems: last_check.as_ref().map(|check| check.problems.as_slice()),
                manifest: Some(manifest),
            },
            BackupEntry::Incomplete(incomplete) => EntryDocument {
                id: incomplete.id.as_ref().map(BackupId::as_str),
                folder,
                complete: false,
                bytes,
                why: Some(incomplete.explanation()),
                problems: None,
                manifest: None,
            },
        }
    }
}

impl<'a> CheckDocument<'a> {
    fn of(id: &'a BackupId, checked: &'a Result<Verification, Vec<String>>) -> Self {
        CheckDocument {
            id: id.as_str(),
            ok: checked.is_ok(),
            how: checked.as_ref().ok().map(|verification| verification.how.as_str()),
            problems: checked.as_ref().err().map_or(&[], Vec::as_slice),
        }
    }
}
