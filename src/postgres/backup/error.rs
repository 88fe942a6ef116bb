//! What can go wrong with a backup, and what to do about it.

use std::path::PathBuf;

use super::super::programs::NoClientProgram;
use super::super::version::ServerVersion;

/// Why there is no backup, or why one may not be trusted.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// No `pg_dump` or `pg_restore` was found that fits this server.
    #[error("{missing} Nothing was written.")]
    NoProgram {
        /// What was looked for, what was found instead, and how to install the right one.
        missing: NoClientProgram,
    },
    /// The configured `pg_dump` is older than the server.
    #[error(
        "The server runs PostgreSQL {server}, and {} is pg_dump {version}: an older pg_dump cannot dump a newer \
         server. Nothing was written. Name a newer one as `dump_program` under `[backup]`, or leave that out to let \
         Tidegate find one.",
        program.display()
    )]
    ProgramTooOld {
        /// The program.
        program: PathBuf,
        /// Its version.
        version: ServerVersion,
        /// The server's.
        server: ServerVersion,
    },
    /// A program could not be started, or does not say its version.
    #[error("{} cannot be used: {why}. {advice}", program.display())]
    ProgramUnusable {
        /// The program.
        program: PathBuf,
        /// The system's words.
        why: String,
        /// How to mend it.
        advice: String,
    },
    /// A file or folder on this machine could not be read or written.
    #[error("{what} {} failed: {why}. {kept}", path.display())]
    Disk {
        /// What was tried: `Creating the backup folder`.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's words.
        why: String,
        /// What became of the part already written, and what to do next.
        kept: String,
    },
    /// There is not enough room before it starts.
    #[error(
        "There is not enough room for a backup in {}: it needs up to {needed}, {free} are free, and the configuration keeps {keep_free} free. Nothing was written. Make room, or name another folder as `directory` under `[backup]`.",
        directory.display()
    )]
    NoRoom {
        /// The backup directory.
        directory: PathBuf,
        /// Room that the dump may take, in words.
        needed: String,
        /// Room that is free, in words.
        free: String,
        /// Room that must stay free, in words.
        keep_free: String,
    },
    /// The disk ran full, or below what must stay free, while it was written.
    #[error(
        "The disk ran out of room while the backup was written to {}: {why}. The database is unchanged. {kept}",
        directory.display()
    )]
    RanOutOfRoom {
        /// The backup directory.
        directory: PathBuf,
        /// What was seen.
        why: String,
        /// What became of the part already written.
        kept: String,
    },
    /// The server could not be reached or asked.
    #[error("The server could not be asked before the backup: {why}. Nothing was written.")]
    Server {
        /// The error, in words.
        why: String,
    },
    /// `pg_dump` waited longer for a lock than the policy allows.
    #[error(
        "pg_dump waited longer than {waited} for a lock on a table that another session holds exclusively. {holders} The database is unchanged. {kept}"
    )]
    Locked {
        /// How long it may wait, in words.
        waited: String,
        /// Who held it, in words.
        holders: String,
        /// What became of the part already written.
        kept: String,
    },
    /// `pg_dump` failed.
    #[error("pg_dump {status}. {said} The database is unchanged. {kept}")]
    Dump {
        /// How it ended, in words: `ended with exit status 1`.
        status: String,
        /// What it said last, made printable.
        said: String,
        /// What became of the part already written.
        kept: String,
    },
    /// The archive was written but does not hold what the server has, or cannot be read back.
    #[error("The backup was written but did not pass its check: {why}. It is not used as a backup. {kept}")]
    NotVerified {
        /// What is wrong.
        why: String,
        /// Where the part is, and what to do with it.
        kept: String,
    },
    /// A finished backup is no longer what its manifest says.
    #[error("The backup {id} is damaged and must not be restored: {}. Take a new backup.", problems.join("; "))]
    Damaged {
        /// The backup's name.
        id: String,
        /// Each difference, in words.
        problems: Vec<String>,
    },
    /// The operator cancelled it.
    #[error("The backup was cancelled; pg_dump has ended and the database is unchanged. {kept}")]
    Cancelled {
        /// What became of the part already written.
        kept: String,
    },
}
