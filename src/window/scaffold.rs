//! A new migration of the project, as both the command line and the console make it.

use jiff::Timestamp;

use crate::config::Config;
use crate::migration::catalogue::Catalogue;
use crate::migration::name::{MigrationName, MigrationType};
use crate::migration::scaffold::{self, Request, ScaffoldError, Scaffolded};

/// What the new migration is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What it does.
    pub kind: MigrationType,
    /// What it is about, in words.
    pub description: String,
    /// Who writes it; found from git when `None`.
    pub author: Option<String>,
    /// What it is done for.
    pub ticket: Option<String>,
    /// The release that it belongs to.
    pub release: Option<String>,
    /// The moment that its name begins with, unless a later one is taken already.
    pub at: Timestamp,
}

impl Wanted {
    /// The name that it gets beside these migrations.
    ///
    /// # Errors
    /// The description has nothing that a name could be made of.
    pub fn name(&self, catalogue: &Catalogue) -> Result<MigrationName, ScaffoldError> {
        scaffold::name_beside(catalogue, self.kind, &self.description, self.at)
    }

    /// Writes it and its rollback into the project's folders. Neither is ever written over a file.
    ///
    /// # Errors
    /// Says what stood in the way; nothing was written.
    pub fn make(&self, config: &Config) -> Result<Scaffolded, ScaffoldError> {
        let made = scaffold::scaffold(&Request {
            layout: &config.project.layout,
            kind: self.kind,
            description: &self.description,
            author: self.author.as_deref(),
            ticket: self.ticket.as_deref(),
            release: self.release.as_deref(),
            now: self.at,
            templates: config.project.templates.clone(),
        })?;
        tracing::info!(migration = made.name.as_str(), "made a migration");
        Ok(made)
    }
}
