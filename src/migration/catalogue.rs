//! The catalogue: all migrations of the project, read from disk, in order.

use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

use super::checksum::Checksum;
use super::header::Header;
use super::name::{MigrationName, NameError};
use super::script::{Script, ScriptError};
use super::table::TableName;

/// Where a project keeps its migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The folder of migrations.
    pub migrations: PathBuf,
    /// The folder of rollbacks; `None` when they lie beside their migrations.
    pub rollbacks: Option<PathBuf>,
    /// The history table that the files record themselves in.
    pub history_table: TableName,
}

/// One file as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationFile {
    /// Where it lies.
    pub path: PathBuf,
    /// SHA-256 of its bytes.
    pub checksum: Checksum,
    /// SHA-256 without regard to line endings and a byte order mark.
    pub normalised: Checksum,
    /// Its length.
    pub bytes: u64,
    /// When it was last written.
    pub modified: SystemTime,
}

/// A migration's file could not be made into a script.
#[derive(Debug, thiserror::Error)]
pub enum ReadScriptError {
    /// The file could not be read.
    #[error("{} could not be read: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It was read and cannot be run as it is.
    #[error(transparent)]
    Script(#[from] ScriptError),
}

impl MigrationFile {
    /// A file of this content, as if it had just been read from `path`.
    pub fn of(path: PathBuf, content: &[u8], modified: SystemTime) -> Self {
        MigrationFile {
            path,
            checksum: Checksum::of(content),
            normalised: Checksum::of_normalised(content),
            bytes: content.len() as u64,
            modified,
        }
    }

    /// The file's bytes as they are now.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        std::fs::read(&self.path)
    }

    /// The file as it is now, split into statements.
    pub fn read_script(&self, layout: &Layout) -> Result<Script, ReadScriptError> {
        let _ = layout;
        unimplemented!()
    }
}

/// One migration of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its name.
    pub name: MigrationName,
    /// The file that applies it.
    pub up: MigrationFile,
    /// The file that rolls it back, where there is one.
    pub down: Option<MigrationFile>,
    /// What the file that applies it says at its top.
    pub header: Header,
}

/// All migrations of the project, and everything in their folders that is not as it should be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// The migrations, ascending.
    pub migrations: Vec<Migration>,
    /// What is not as it should be, by path.
    pub problems: Vec<FileProblem>,
}

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
    /// Another migration has the same version.
    DuplicateVersion {
        /// The other one.
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

/// The folder of migrations could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A folder could not be listed.
    #[error("the folder of migrations {} could not be read: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Catalogue {
    /// Reads the folders: names, checksums and headers, never SQL.
    pub fn read(layout: &Layout) -> Result<Catalogue, CatalogueError> {
        let _ = layout;
        unimplemented!()
    }

    /// Looks at the folders again and reads only the files that have changed. `None` when nothing has.
    pub fn refresh(&self, layout: &Layout) -> Result<Option<Catalogue>, CatalogueError> {
        let _ = layout;
        unimplemented!()
    }

    /// The migration of this name.
    pub fn find(&self, name: &str) -> Option<&Migration> {
        self.index_of(name).map(|index| &self.migrations[index])
    }

    /// The place of the migration of this name.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        let name: MigrationName = name.parse().ok()?;
        self.migrations.binary_search_by(|migration| migration.name.cmp(&name)).ok()
    }
}

impl std::fmt::Display for FileProblem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.path.display())
    }
}
