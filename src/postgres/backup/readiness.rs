//! Whether a backup could be taken now: asked before a window, so that nobody learns at night that it could not.

use std::path::{Path, PathBuf};

use super::super::server_info::ServerInfo;
use super::BackupError;
use super::room;
use super::tools::Tools;
use crate::config::BackupSettings;

/// What a backup would be taken with, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// The `pg_dump` that would be used, as it names itself.
    pub tool: String,
    /// The folder that it would be written to, or the nearest above it that exists.
    pub folder: PathBuf,
    /// Bytes that this user may write there.
    pub free: u64,
}

/// Looks for the programs and the room that a backup of this server needs. Writes nothing.
///
/// # Errors
/// No fitting `pg_dump`, or a folder that cannot be looked at.
pub async fn readiness(settings: &BackupSettings, server: &ServerInfo) -> Result<Readiness, BackupError> {
    let tools = Tools::find(settings, &server.version).await?;
    let folder = settings.directory.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
    let free = room::free(folder).unwrap_or(0);
    Ok(Readiness { tool: tools.label(), folder: folder.to_owned(), free })
}
