//! `tidegate new`: a migration and its rollback from the governance templates.

use std::path::PathBuf;

use jiff::Timestamp;

use super::catalogue::Layout;
use super::name::{MigrationName, MigrationType};

/// What the new migration is to be.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Where the files go, and the history table that they record themselves in.
    pub layout: &'a Layout,
    /// What the migration does.
    pub kind: MigrationType,
    /// What it is about: brought to `[a-z0-9_]+` for the name, kept as it is for the header.
    pub description: &'a str,
    /// Who writes it; found from git when `None`.
    pub author: Option<&'a str>,
    /// What it is done for.
    pub ticket: Option<&'a str>,
    /// The release that it belongs to.
    pub release: Option<&'a str>,
    /// The moment it is made.
    pub now: Timestamp,
    /// A folder with the project's own `up.sql` and `down.sql` templates; the built-in ones where `None` or absent there.
    pub templates: Option<PathBuf>,
}

/// The files that were made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scaffolded {
    /// The new migration's name.
    pub name: MigrationName,
    /// The file that applies it.
    pub up: PathBuf,
    /// The file that rolls it back.
    pub down: PathBuf,
}

/// Why no migration was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScaffoldError {
    /// The description has no letter or digit to make a name of.
    #[error("the description \"{description}\" has no letter or digit that a file name could use")]
    NoName {
        /// The description, made printable.
        description: String,
    },
}

/// Makes the two files. Neither is ever written over an existing one; when one cannot be made, the other is not left behind.
pub fn scaffold(request: &Request<'_>) -> Result<Scaffolded, ScaffoldError> {
    let _ = request;
    unimplemented!()
}
