//! Reading an archive back: does it hold what it should, and is every byte what it was?

use std::path::Path;
use std::process::Command;

use tokio_util::sync::CancellationToken;

use super::super::child::{Child, FileModes, GRACE};
use super::contents::Contents;
use super::dump::Complaints;
use super::event::Reporter;
use super::room::bytes_below;
use super::tools::in_plain_english;
use super::{BackupEvent, BackupFile, files};
use crate::config::BackupFormat;

/// An archive that can be read.
#[derive(Debug)]
pub(super) struct Checked {
    /// What is in it.
    pub(super) contents: Contents,
    /// Its files and their hashes.
    pub(super) files: Vec<BackupFile>,
    /// How it was checked, in words.
    pub(super) how: String,
}

/// Hashes an archive and reads its table of contents. The error says what is wrong with it.
pub(super) async fn written(
    folder: &Path,
    archive: &str,
    format: BackupFormat,
    restore: &Path,
    reporter: &Reporter<'_>,
) -> Result<Checked, String> {
    let files = hash(folder, archive, reporter).await?;
    let contents = contents(folder, archive, format, restore, reporter).await?;
    Ok(Checked {
        how: format!("SHA-256 of {} files, {} entries read back with pg_restore --list", files.len(), contents.entries),
        contents,
        files,
    })
}

/// The SHA-256 of every file of an archive, computed beside the event loop.
pub(super) async fn hash(folder: &Path, archive: &str, reporter: &Reporter<'_>) -> Result<Vec<BackupFile>, String> {
    let (folder, archive) = (folder.to_owned(), archive.to_owned());
    let of = bytes_below(&folder.join(&archive));
    let (events, cancel) = (reporter.events.clone(), reporter.cancel.clone());
    let work = move || {
        files::hash(&folder, &archive, |done| {
            // A listener that cannot keep up misses a step of the bar, no more.
            let _ = events.try_send(BackupEvent::Hashing { done, of });
            !cancel.is_cancelled()
        })
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| error.to_string())?
        .map_err(|error| format!("its files cannot be read: {error}"))
}

/// What `pg_restore --list` says is in an archive.
pub(super) async fn contents(
    folder: &Path,
    archive: &str,
    format: BackupFormat,
    restore: &Path,
    reporter: &Reporter<'_>,
) -> Result<Contents, String> {
    reporter.tell(BackupEvent::Verifying).await;
    let path = folder.join(archive);
    let mut command = Command::new(restore);
    command.arg("--list").arg(&path);
    in_plain_english(&mut command);
    let contents =
        list(&command, reporter.cancel).await.map_err(|error| format!("pg_restore --list cannot read it: {error}"))?;
    if contents.entries == 0 {
        return Err("pg_restore --list finds nothing in it".to_owned());
    }
    if format == BackupFormat::Directory {
        let missing = contents.without_file(&path).map_err(|error| format!("its folder cannot be read: {error}"))?;
        if let Some(first) = missing.first() {
            return Err(format!("{} of its tables have no file, the first is {first}.dat", missing.len()));
        }
    }
    Ok(contents)
}

async fn list(command: &Command, cancel: &CancellationToken) -> Result<Contents, String> {
    let mut child = Child::start(command, FileModes::Private).map_err(|error| error.to_string())?;
    let (output, errors) = (child.output(), child.errors());
    let read = async {
        let mut contents = Contents::default();
        if let Some(mut lines) = output {
            while let Some(line) = lines.next().await? {
                contents.add(&line);
            }
        }
        Ok::<_, std::io::Error>(contents)
    };
    let complain = async {
        let mut complaints = Complaints::default();
        if let Some(mut lines) = errors {
            while let Some(line) = lines.next().await? {
                complaints.add(&line);
            }
        }
        Ok::<_, std::io::Error>(complaints.into_lines().join("; "))
    };
    let finished = tokio::select! {
        biased;
        () = cancel.cancelled() => None,
        both = async { tokio::try_join!(read, complain) } => Some(both),
    };
    let Some(both) = finished else {
        child.terminate().await.map_err(|error| error.to_string())?;
        return Err("cancelled".to_owned());
    };
    let (contents, said) = both.map_err(|error| error.to_string())?;
    let ended = tokio::time::timeout(GRACE, child.wait())
        .await
        .map_err(|_| "it does not end".to_owned())?
        .map_err(|error| error.to_string())?;
    if ended.well() { Ok(contents) } else { Err(format!("it {ended}: {said}")) }
}
