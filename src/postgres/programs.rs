//! The PostgreSQL programs on this machine.

use std::path::PathBuf;

use super::version::ServerVersion;

/// The server programs of one PostgreSQL installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    /// The folder that holds them.
    pub bin: PathBuf,
    /// Their version.
    pub version: ServerVersion,
    /// The server.
    pub postgres: PathBuf,
    /// What makes a new cluster.
    pub initdb: PathBuf,
}

/// The server programs on this machine, newest first, each installation once. Where the environment variable
/// `TIDEGATE_PG_BIN` names a folder, that one alone.
#[must_use]
pub fn find_servers() -> Vec<Programs> {
    unimplemented!()
}

/// A client program (`pg_dump`, `pg_restore`, `psql` …) that fits a server of this major version: one of the same
/// major where there is one, else of the nearest newer one. An older one never fits.
#[must_use]
pub fn find_client(program: &str, major: u32) -> Option<ClientProgram> {
    let _ = (program, major);
    unimplemented!()
}

/// A client program of one PostgreSQL installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientProgram {
    /// The program.
    pub path: PathBuf,
    /// Its version.
    pub version: ServerVersion,
}

/// The command, word by word, with which this machine's package manager installs a PostgreSQL server; `None` where
/// none is known.
#[must_use]
pub fn install_command() -> Option<Vec<String>> {
    unimplemented!()
}
