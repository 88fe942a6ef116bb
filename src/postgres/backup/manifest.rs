//! What a backup says of itself: `manifest.json`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::BackupFormat;

/// Name of the manifest inside a backup's folder.
pub const MANIFEST_FILE: &str = "manifest.json";

/// The layout of `manifest.json` that this program writes.
pub const MANIFEST_LAYOUT: u32 = 1;

/// Longest part of an environment's name that a backup's id carries, in characters.
const LONGEST_ENVIRONMENT_PART: usize = 40;

/// A backup's name, which is also its folder's name: `20260801T093000Z_production`.
///
/// It holds only ASCII letters, digits, `-`, `_` and `.`, never begins with a dot and is never a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BackupId(String);

/// The text is no name of a backup.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not the name of a backup; one looks like `20260801T093000Z_production`. `tidegate backups` lists them."
)]
pub struct BackupIdError {
    /// What was given, made printable.
    pub text: String,
}

impl BackupId {
    /// The id of a backup of `environment` begun at `started` (UTC, to the second).
    pub fn new(started: Timestamp, environment: &str) -> Self {
        let mut part: String = environment
            .chars()
            .take(LONGEST_ENVIRONMENT_PART)
            .map(|character| match character {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => character,
                _ => '-',
            })
            .collect();
        if part.is_empty() {
            part.push('-');
        }
        Self(format!("{}_{part}", started.strftime("%Y%m%dT%H%M%SZ")))
    }

    /// The id for the `attempt`th backup begun in the same second (`…_production.2`); the first is `self`.
    pub fn nth(&self, attempt: u32) -> Self {
        if attempt < 2 { self.clone() } else { Self(format!("{}.{attempt}", self.0)) }
    }

    /// Whether it begins as the ids that are made here do, with a moment.
    pub(super) fn looks_made_by_us(&self) -> bool {
        let moment = self.0.split('_').next().unwrap_or_default();
        moment.len() == 16 && moment.ends_with('Z') && moment.as_bytes()[8] == b'T'
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BackupId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::str::FromStr for BackupId {
    type Err = BackupIdError;

    fn from_str(text: &str) -> Result<Self, BackupIdError> {
        let plain = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        let is_id = !text.is_empty()
            && text.len() <= 128
            && !text.starts_with('.')
            && !text.ends_with(".partial")
            && text.chars().all(plain);
        if is_id { Ok(Self(text.to_owned())) } else { Err(BackupIdError { text: text.escape_debug().to_string() }) }
    }
}

impl TryFrom<String> for BackupId {
    type Error = BackupIdError;

    fn try_from(text: String) -> Result<Self, BackupIdError> {
        text.parse()
    }
}

impl From<BackupId> for String {
    fn from(id: BackupId) -> String {
        id.0
    }
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFile {
    /// Relative to the backup's folder, with `/`.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
}

/// How the history table stood on one migration in the moment that the backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationRecord {
    /// Recorded, and not rolled back.
    Applied,
    /// Recorded as rolled back.
    RolledBack,
}

/// A migration that the history recorded when the backup was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupMigration {
    /// The name in the history.
    pub name: String,
    /// The checksum on record, if there is one.
    pub checksum: Option<String>,
    /// Applied or rolled back.
    pub status: MigrationRecord,
}

/// What was looked at before the backup was called one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// When.
    pub at: Timestamp,
    /// How, in words: ``read back with `pg_restore --list` (PostgreSQL) 15.18``.
    pub how: String,
    /// Entries in the archive's table of contents.
    pub entries: u64,
    /// Tables whose rows the archive holds; at least as many as the server named.
    pub tables: u64,
}

/// The record of one backup. Every text in it is as the server or the operator gave it: make it printable before
/// it reaches a screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The layout of this file, [`MANIFEST_LAYOUT`].
    pub layout: u32,
    /// The backup's name.
    pub id: BackupId,
    /// The environment's name in the config.
    pub environment: String,
    /// Its tier: `development`, `staging` or `production`.
    pub tier: String,
    /// User, server and database, without any secret.
    pub connection: String,
    /// The database's name.
    pub database: String,
    /// `pg_database_size` before the dump, in bytes.
    pub database_bytes: u64,
    /// The server's encoding of the database, such as `UTF8`.
    pub encoding: String,
    /// `server_version` of the server.
    pub server_version: String,
    /// The cluster's system identifier, where the role may read it.
    pub system_identifier: Option<String>,
    /// `pg_current_wal_lsn()` (on a standby `pg_last_wal_replay_lsn()`) in the snapshot that the dump was taken from.
    pub lsn: Option<String>,
    /// When the snapshot was taken: the backup holds the database as it was at this moment.
    pub snapshot_at: Timestamp,
    /// When the work began.
    pub started: Timestamp,
    /// How long it took, until everything was verified.
    pub duration: Duration,
    /// The `pg_dump` that wrote it, as it names itself.
    pub tool: String,
    /// The major version of that `pg_dump`: an older `pg_restore` may not understand the archive.
    pub tool_major: u32,
    /// The version of tidegate that ran it.
    pub tidegate: String,
    /// Archive format.
    pub format: BackupFormat,
    /// Processes that dumped at once.
    pub jobs: u32,
    /// What `pg_restore` is given, relative to the backup's folder: `dump` or `dump.pgdump`.
    pub archive: String,
    /// Every file of the archive.
    pub files: Vec<BackupFile>,
    /// Sum of their sizes in bytes.
    pub bytes: u64,
    /// The history, in order, as the backup holds it. Empty where there was no history table.
    pub migrations: Vec<BackupMigration>,
    /// The window that asked for it, if one did.
    pub window: Option<String>,
    /// Who asked for it.
    pub operator: String,
    /// How it was verified before it was called a backup.
    pub verified: Verification,
    /// Commands that restore it by hand into a new database, one a line, run inside the backup's folder.
    pub restore: Vec<String>,
}

impl Manifest {
    /// The archive below `folder`, the backup's own folder: what `pg_restore` is given.
    pub fn archive_path(&self, folder: &Path) -> PathBuf {
        folder.join(&self.archive)
    }
}

/// The commands, a line each and to be run inside the backup's folder, that restore it by hand into a new database.
/// It holds the whole database: the project's tables, the history, and Tidegate's own schema.
pub(super) fn restore_commands(encoding: &str, archive: &str, format: BackupFormat, jobs: u32) -> Vec<String> {
    let jobs = match format {
        BackupFormat::Directory if jobs > 1 => format!(" --jobs={jobs}"),
        BackupFormat::Directory | BackupFormat::Custom => String::new(),
    };
    vec![
        "# Roles belong to the server and are not in here: those that own objects must exist first.".to_owned(),
        format!("createdb --template=template0 --encoding={encoding} NEW_DATABASE"),
        format!("pg_restore --exit-on-error{jobs} --dbname=NEW_DATABASE {archive}"),
    ]
}
