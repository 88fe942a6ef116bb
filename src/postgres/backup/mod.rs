//! Backups: `pg_dump` archives that are written aside, hashed, read back, and only then called a backup.
//!
//! A window may not touch a production database before there is something to go back to, so a backup here is more
//! than a file: it has a manifest that says what was saved, when, by whom and from which server, and a SHA-256 of
//! every byte. Until all of that is on disk the folder is named `<id>.partial`, and nothing takes it for a backup.
//!
//! ```text
//! <backup directory>/
//!   20260801T093000Z_production/           complete
//!     manifest.json                        Manifest, written last
//!     verified.json                        the last later check, if one was made
//!     dump/  or  dump.pgdump               what pg_dump wrote (directory or custom format)
//!   20260801T101500Z_production.partial/   being written, or left behind
//!     writer.json                          who writes it; locked as long as the writer lives
//! ```

mod check;
mod contents;
mod dump;
mod error;
mod event;
mod files;
mod list;
mod manifest;
mod partial;
mod progress;
mod readiness;
mod room;
mod survey;
mod take;
mod tools;
mod verify;
mod words;

pub use error::BackupError;
pub use event::BackupEvent;
pub use list::{BackupEntry, Incomplete, IncompleteReason, list};
pub use manifest::{
    BackupFile, BackupId, BackupIdError, BackupMigration, MANIFEST_FILE, MANIFEST_LAYOUT, Manifest, MigrationRecord,
    Verification,
};
pub use readiness::{Readiness, readiness};
pub use room::size_in_words;
pub use take::{BackupRequest, Taken, take};
pub use verify::{LastCheck, verify};
