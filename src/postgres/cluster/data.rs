//! The data directory of a throwaway cluster: made by `initdb` once, then copied.

use std::fmt::Write as _;
use std::fs::File;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::account::ServerAccount;
use super::folder::{ThrowawayFolder, best_parent};
use super::server::{end_of, for_server};
use super::{ClusterError, ClusterOptions, SUPERUSER, at};
use crate::postgres::programs::Programs;

/// The data directory in a cluster's folder.
pub(super) fn folder_in(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// A new data directory that no server runs on, to start many clusters from: copying takes a tenth of the time that
/// `initdb` takes.
#[derive(Debug)]
pub struct Template {
    folder: ThrowawayFolder,
}

impl Template {
    /// Makes one.
    ///
    /// # Errors
    /// With what `initdb` says.
    pub fn create(programs: &Programs) -> Result<Self, ClusterError> {
        let account = ServerAccount::needed()?;
        let folder = ThrowawayFolder::create_for(&best_parent(true), account.as_ref())?;
        initialise(programs, folder.path(), account.as_ref())?;
        Ok(Self { folder })
    }

    /// The data directory, for [`ClusterOptions::template`].
    #[must_use]
    pub fn data(&self) -> PathBuf {
        folder_in(self.folder.path())
    }
}

/// Makes a new data directory in a cluster's folder.
pub(super) fn initialise(
    programs: &Programs,
    folder: &Path,
    account: Option<&ServerAccount>,
) -> Result<(), ClusterError> {
    let mut command = Command::new(&programs.initdb);
    command
        .arg("--pgdata")
        .arg(folder_in(folder))
        .args(["--username", SUPERUSER])
        .args(["--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"])
        .stdin(Stdio::null())
        .process_group(0);
    for_server(&mut command, account);
    let output = command.output().map_err(|source| unreachable_program(&programs.initdb, account, source))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(ClusterError::Initdb { status: output.status.to_string(), output: end_of(&String::from_utf8_lossy(&said)) })
}

/// Why a program of the server did not start: mostly, that its user may not enter its folder.
pub(super) fn unreachable_program(
    program: &Path,
    account: Option<&ServerAccount>,
    source: std::io::Error,
) -> ClusterError {
    match account {
        Some(account) if source.kind() == std::io::ErrorKind::PermissionDenied => {
            ClusterError::OutOfReach { program: program.to_owned(), account: account.name.clone(), source }
        }
        _ => ClusterError::Program { program: program.to_owned(), source },
    }
}

/// Copies a data directory. The operating system shares the blocks where the file system can.
pub(super) fn copy(from: &Path, to: &Path, account: Option<&ServerAccount>) -> Result<(), ClusterError> {
    std::fs::DirBuilder::new().mode(0o700).create(to).map_err(at("Making a folder", to))?;
    if let Some(account) = account {
        account.own(to)?;
    }
    let unreadable = || at("Reading the template", from);
    for entry in std::fs::read_dir(from).map_err(unreadable())? {
        let entry = entry.map_err(unreadable())?;
        // Those of a server that ran on it would keep the copy's from starting.
        if ["postmaster.pid", "postmaster.opts"].iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        let source = entry.path();
        let target = to.join(entry.file_name());
        if entry.file_type().map_err(unreadable())?.is_dir() {
            copy(&source, &target, account)?;
        } else {
            std::fs::copy(&source, &target).map_err(at("Copying a file", &source))?;
            if let Some(account) = account {
                account.own(&target)?;
            }
        }
    }
    Ok(())
}

/// Writes the server's settings and who may connect.
pub(super) fn configure(
    folder: &Path,
    socket_folder: &Path,
    port: u16,
    options: &ClusterOptions,
    account: Option<&ServerAccount>,
) -> Result<(), ClusterError> {
    let data = folder_in(folder);
    let socket_folder = socket_folder.to_string_lossy().into_owned();
    let mut settings: Vec<(&str, &str)> = vec![
        ("unix_socket_directories", &socket_folder),
        ("listen_addresses", if options.tcp_access.is_empty() { "" } else { "127.0.0.1" }),
        ("lc_messages", "C"),
        ("log_line_prefix", "%m [%p] "),
        ("logging_collector", "off"),
        // In the data directory, so that even a killed server leaves nothing outside of it.
        ("dynamic_shared_memory_type", "mmap"),
    ];
    if !options.durable {
        settings.extend([("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off")]);
    }
    settings.extend(options.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())));

    let mut text = format!("port = {port}\n");
    for (name, value) in settings {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name} = '{}'", value.replace('\'', "''"));
    }
    write(&data.join(CONFIGURATION), &text, account)?;

    let main = data.join("postgresql.conf");
    let mut text = std::fs::read_to_string(&main).map_err(at("Reading the server's configuration", &main))?;
    let include = format!("include '{CONFIGURATION}'\n");
    if !text.ends_with(&include) {
        text.push_str(&include);
        write(&main, &text, account)?;
    }

    let mut access = String::from("local all all trust\nlocal replication all trust\n");
    for line in &options.tcp_access {
        access.push_str(line);
        access.push('\n');
    }
    write(&data.join("pg_hba.conf"), &access, account)
}

/// The file in the data directory that holds a throwaway cluster's settings, on top of `postgresql.conf`.
const CONFIGURATION: &str = "throwaway.conf";

fn write(path: &Path, text: &str, account: Option<&ServerAccount>) -> Result<(), ClusterError> {
    let failed = || at("Writing the server's configuration", path);
    let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(path).map_err(failed())?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed())?;
    account.map_or(Ok(()), |account| account.own(path))
}
