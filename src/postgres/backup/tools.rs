//! The `pg_dump` and the `pg_restore` that fit a server.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::super::child::{Child, FileModes};
use super::super::programs::{ClientProgram, find_client};
use super::super::version::ServerVersion;
use super::BackupError;
use crate::config::BackupSettings;

/// The programs that write an archive and read it back.
#[derive(Debug, Clone)]
pub(super) struct Tools {
    /// `pg_dump`, of the server's major version where there is one, never older.
    pub(super) dump: ClientProgram,
    /// The `pg_restore` that came with it.
    pub(super) restore: PathBuf,
}

impl Tools {
    /// Finds the programs for a server.
    pub(super) async fn find(settings: &BackupSettings, server: &ServerVersion) -> Result<Self, BackupError> {
        let dump = match &settings.dump_program {
            Some(path) => {
                let version = version_of(path).await?;
                if version.major < server.major {
                    return Err(too_old(&path.display().to_string(), &version, server));
                }
                ClientProgram { path: path.clone(), version }
            }
            None => find_client("pg_dump", server.major).ok_or_else(|| none_found(server))?,
        };
        Ok(Self { restore: restore_beside(&dump)?, dump })
    }

    /// The `pg_restore` for an archive that a `pg_dump` of this major version wrote.
    pub(super) fn find_restore(settings: &BackupSettings, major: u32) -> Result<PathBuf, BackupError> {
        let beside = settings.dump_program.as_deref().and_then(sibling_restore);
        let found = find_client("pg_restore", major).map(|program| program.path);
        found.or(beside).ok_or_else(|| BackupError::NoProgram {
            what: format!("No pg_restore of PostgreSQL {major} or newer was found on this machine."),
            advice: how_to_install(major),
        })
    }

    /// `pg_dump` as it names itself.
    pub(super) fn label(&self) -> String {
        format!("pg_dump (PostgreSQL) {}", self.dump.version.display)
    }
}

fn restore_beside(dump: &ClientProgram) -> Result<PathBuf, BackupError> {
    let major = dump.version.major;
    sibling_restore(&dump.path).or_else(|| find_client("pg_restore", major).map(|program| program.path)).ok_or_else(
        || BackupError::NoProgram {
            what: format!(
                "{} was found, but no pg_restore of PostgreSQL {major} or newer to read its archive back with.",
                dump.path.display()
            ),
            advice: how_to_install(major),
        },
    )
}

fn sibling_restore(dump: &Path) -> Option<PathBuf> {
    let path = dump.with_file_name("pg_restore");
    path.is_file().then_some(path)
}

fn none_found(server: &ServerVersion) -> BackupError {
    // Major version 0 is older than any: this finds whatever there is.
    match find_client("pg_dump", 0) {
        Some(older) => too_old(&older.path.display().to_string(), &older.version, server),
        None => BackupError::NoProgram {
            what: "No pg_dump was found on this machine, and a backup cannot be taken without one.".to_owned(),
            advice: how_to_install(server.major),
        },
    }
}

fn too_old(path: &str, version: &ServerVersion, server: &ServerVersion) -> BackupError {
    BackupError::NoProgram {
        what: format!(
            "The server runs PostgreSQL {server}, and {path} is pg_dump {version}: an older pg_dump cannot dump a newer server."
        ),
        advice: how_to_install(server.major),
    }
}

fn how_to_install(major: u32) -> String {
    format!(
        "Install the client programs of PostgreSQL {major} (Debian and Ubuntu: postgresql-client-{major}; Fedora and \
         RHEL: postgresql{major}; Homebrew: postgresql@{major}), or name a pg_dump as `dump_program` under `[backup]`."
    )
}

/// Asks a program for its version.
async fn version_of(program: &Path) -> Result<ServerVersion, BackupError> {
    let unusable = |why: String| BackupError::ProgramUnusable {
        program: program.to_owned(),
        why,
        advice: "Check `dump_program` under `[backup]`, or leave it out to let Tidegate find one.".to_owned(),
    };
    let failed = |error: std::io::Error| unusable(error.to_string());
    let mut command = std::process::Command::new(program);
    command.arg("--version");
    in_plain_english(&mut command);
    let mut child = Child::start(&command, FileModes::Inherited).map_err(failed)?;
    let line = match child.output() {
        Some(mut lines) => lines.next().await.map_err(failed)?,
        None => None,
    };
    match (child.wait().await.map_err(failed)?, line) {
        (super::super::child::Ended::Exit(127), _) => Err(unusable("there is no such program".to_owned())),
        (super::super::child::Ended::Exit(126), _) => Err(unusable("it may not be executed".to_owned())),
        (ended, _) if !ended.well() => Err(unusable(format!("it {ended} when asked for its version"))),
        (_, line) => line
            .as_deref()
            .and_then(|line| line.parse().ok())
            .ok_or_else(|| unusable("it does not say its version as pg_dump does".to_owned())),
    }
}

/// PostgreSQL's programs speak the operator's language; what is read by us must not.
pub(super) fn in_plain_english(command: &mut std::process::Command) {
    command.env("LC_ALL", "C").env_remove("LANGUAGE");
}

/// The name by which a program begins its messages.
pub(super) fn name_of(program: &Path) -> String {
    program.file_name().map_or_else(|| "pg_dump".into(), OsStr::to_string_lossy).into_owned()
}
