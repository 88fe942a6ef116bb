//! What can be wrong with a file in the folders of migrations.

use std::fmt;
use std::path::PathBuf;

use crate::migration::name::{MigrationName, NameError};
use crate::migration::text::printable;

/// A file that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProblem {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub kind: FileProblemKind,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileProblemKind {
    /// Its name is not that of a migration.
    BadName(NameError),
    /// Another migration has the same version. Both are in the catalogue.
    DuplicateVersion {
        /// The one that comes first.
        other: MigrationName,
    },
    /// It rolls back a migration that there is not.
    OrphanRollback,
    /// The same rollback lies in both places; the one at `kept` is used.
    DuplicateRollback {
        /// The one that is used.
        kept: PathBuf,
    },
    /// It could not be read; with the reason.
    Unreadable(String),
    /// It is a folder, a socket, a device: no file.
    NotAFile,
    /// The folder of rollbacks does not exist.
    FolderMissing,
}

impl fmt::Display for FileProblemKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileProblemKind::BadName(error) => write!(formatter, "{error}"),
            FileProblemKind::DuplicateVersion { other } => {
                write!(formatter, "it has the same version as {other}; give one of them another moment")
            }
            FileProblemKind::OrphanRollback => formatter.write_str("it rolls back a migration that has no file"),
            FileProblemKind::DuplicateRollback { kept } => {
                let kept = kept.to_string_lossy();
                write!(
                    formatter,
                    "the same rollback lies at {} too, and that one is used; remove one",
                    printable(&kept)
                )
            }
            FileProblemKind::Unreadable(why) => write!(formatter, "it could not be read: {}", printable(why)),
            FileProblemKind::NotAFile => formatter.write_str("it ends in .sql and is not a file"),
            FileProblemKind::FolderMissing => formatter.write_str("the folder of rollbacks does not exist"),
        }
    }
}

impl fmt::Display for FileProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", printable(&self.path.to_string_lossy()), self.kind)
    }
}
