//! The `pg_dump` and the `pg_restore` that fit a server.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::super::child::{Child, Ended, FileModes};
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
            Some(path) => chosen(path, server).await?,
            None => find("pg_dump", server.major).await?,
        };
        let restore = match sibling_restore(&dump.path) {
            Some(path) => path,
            None => find("pg_restore", dump.version.major).await?.path,
        };
        Ok(Self { dump, restore })
    }

    /// The `pg_restore` for an archive that a `pg_dump` of this major version wrote.
    pub(super) async fn find_restore(settings: &BackupSettings, major: u32) -> Result<PathBuf, BackupError> {
        match settings.dump_program.as_deref().and_then(sibling_restore) {
            Some(path) => Ok(path),
            None => Ok(find("pg_restore", major).await?.path),
        }
    }

    /// `pg_dump` as it names itself.
    pub(super) fn label(&self) -> String {
        format!("pg_dump (PostgreSQL) {}", self.dump.version.display)
    }
}

async fn chosen(path: &Path, server: &ServerVersion) -> Result<ClientProgram, BackupError> {
    let version = version_of(path).await?;
    if version.major < server.major {
        return Err(BackupError::ProgramTooOld { program: path.to_owned(), version, server: server.clone() });
    }
    Ok(ClientProgram { path: path.to_owned(), version })
}

/// Looks for a program; asking each for its version takes a while, which must not hold up other work.
async fn find(program: &'static str, major: u32) -> Result<ClientProgram, BackupError> {
    tokio::task::spawn_blocking(move || find_client(program, major))
        .await
        .map_err(|error| BackupError::ProgramUnusable {
            program: program.into(),
            why: error.to_string(),
            advice: "Try again.".to_owned(),
        })?
        .map_err(|missing| BackupError::NoProgram { missing })
}

fn sibling_restore(dump: &Path) -> Option<PathBuf> {
    let path = dump.with_file_name("pg_restore");
    path.is_file().then_some(path)
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
        (Ended::Exit(127), _) => Err(unusable("there is no such program".to_owned())),
        (Ended::Exit(126), _) => Err(unusable("it may not be executed".to_owned())),
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
