//! Checking a backup again, long after it was taken: disks forget, and people edit.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::event::Reporter;
use super::partial::write_durably;
use super::tools::Tools;
use super::{BackupError, BackupEvent, Manifest, Verification, check};
use crate::config::BackupSettings;
use crate::migration::text::printable;

/// The file beside the manifest that keeps the last check.
pub(super) const LAST_CHECK_FILE: &str = "verified.json";

/// A check that was made after a backup was finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCheck {
    /// When.
    pub at: Timestamp,
    /// What was wrong, in words; nothing when all was well.
    pub problems: Vec<String>,
}

/// Hashes every file of a finished backup again and reads its table of contents back. The result is kept beside the
/// manifest, so that a list of backups shows it.
///
/// # Errors
/// [`BackupError::Damaged`] says each file that is not what it was; others say why it could not be checked.
pub async fn verify(
    folder: &Path,
    manifest: &Manifest,
    settings: &BackupSettings,
    events: &mpsc::Sender<BackupEvent>,
    cancel: &CancellationToken,
) -> Result<Verification, BackupError> {
    let reporter = Reporter { events, cancel };
    let restore = Tools::find_restore(settings, manifest.tool_major).await?;
    let files = check::hash(folder, &manifest.archive, &reporter).await;
    let contents = check::contents(folder, &manifest.archive, manifest.format, &restore, &reporter).await;
    if cancel.is_cancelled() {
        return Err(BackupError::Cancelled { kept: "The backup is as it was.".to_owned() });
    }
    let mut problems = match &files {
        Ok(files) => differences(manifest, files),
        Err(why) => vec![why.clone()],
    };
    match &contents {
        Ok(contents) if contents.entries != manifest.verified.entries => {
            problems.push(format!("it lists {} entries instead of {}", contents.entries, manifest.verified.entries))
        }
        Ok(_) => {}
        Err(why) => problems.push(why.clone()),
    }
    let at = Timestamp::now();
    let check = LastCheck { at, problems: problems.clone() };
    // A backup on a read-only disk can be checked as well; the result is then not kept.
    let _ = serde_json::to_vec_pretty(&check).map(|text| write_durably(folder, LAST_CHECK_FILE, &text));
    match (files, contents) {
        (Ok(files), Ok(contents)) if problems.is_empty() => Ok(Verification {
            at,
            how: format!(
                "SHA-256 of {} files, {} entries read back with pg_restore --list",
                files.len(),
                contents.entries
            ),
            entries: contents.entries,
            tables: contents.tables.len() as u64,
        }),
        _ => Err(BackupError::Damaged { id: manifest.id.to_string(), problems }),
    }
}

/// How the files differ from the manifest's, in words.
fn differences(manifest: &Manifest, found: &[super::BackupFile]) -> Vec<String> {
    let mut found: BTreeMap<&str, &super::BackupFile> = found.iter().map(|file| (file.path.as_str(), file)).collect();
    let mut problems = Vec::new();
    for expected in &manifest.files {
        let name = printable(&expected.path);
        match found.remove(expected.path.as_str()) {
            None => problems.push(format!("{name} is missing")),
            Some(file) if file.bytes != expected.bytes => {
                problems.push(format!("{name} has {} bytes instead of {}", file.bytes, expected.bytes))
            }
            Some(file) if file.sha256 != expected.sha256 => {
                problems.push(format!("{name} has other contents than when it was written"));
            }
            Some(_) => {}
        }
    }
    problems.extend(found.into_keys().map(|path| format!("{} does not belong to it", printable(path))));
    problems
}
