//! The PostgreSQL programs on this machine.
//!
//! Distributions keep several installations side by side, and off the search path. Asking a program for its version
//! costs some milliseconds, so only those are asked whose answer matters.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::cluster::account::ServerAccount;
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

impl Programs {
    /// The programs in one folder; `None` unless it holds a server that says its version and an `initdb`.
    #[must_use]
    pub fn in_folder(bin: &Path) -> Option<Self> {
        let postgres = bin.join("postgres");
        let initdb = bin.join("initdb");
        if !initdb.is_file() {
            return None;
        }
        let version = version_of(&postgres)?;
        Some(Self { bin: bin.to_owned(), version, postgres, initdb })
    }
}

/// A client program of one PostgreSQL installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientProgram {
    /// The program.
    pub path: PathBuf,
    /// Its version.
    pub version: ServerVersion,
}

/// No client program on this machine fits the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoClientProgram {
    /// The program looked for, such as `pg_dump`.
    pub program: String,
    /// The server's major version.
    pub major: u32,
    /// Those that are here and too old.
    pub too_old: Vec<ClientProgram>,
    /// The command, word by word, that installs a fitting one.
    pub install: Option<Vec<String>>,
}

impl fmt::Display for NoClientProgram {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { program, major, too_old, install } = self;
        write!(formatter, "No {program} of PostgreSQL {major} or newer was found on this machine")?;
        for (index, found) in too_old.iter().enumerate() {
            let lead = if index == 0 { "; too old for this server: " } else { ", " };
            write!(formatter, "{lead}{} ({})", found.path.display(), found.version)?;
        }
        formatter.write_str(".")?;
        if let Some(words) = install {
            write!(formatter, " Install one with: {}", words.join(" "))?;
        }
        write!(formatter, " (or name its folder in {CHOSEN_FOLDER}).")
    }
}

impl std::error::Error for NoClientProgram {}

/// The environment variable that names the folder of programs to use before all others.
pub const CHOSEN_FOLDER: &str = "TIDEGATE_PG_BIN";

/// The server programs on this machine, newest first, each installation once. Where `TIDEGATE_PG_BIN` names a folder,
/// that one alone. For root, those that the user who runs servers for root cannot reach come last.
#[must_use]
pub fn find_servers() -> Vec<Programs> {
    let places = Places::of_this_machine();
    let mut found = places.servers();
    if found.is_empty() && places.chosen.is_none() {
        found = places.servers_by_pg_config();
    }
    if let Ok(Some(account)) = ServerAccount::needed() {
        found.sort_by_key(|programs| !account.may_run(&programs.postgres));
    }
    found
}

/// A client program (`pg_dump`, `pg_restore`, `psql` …) that fits a server of this major version: the one in
/// `TIDEGATE_PG_BIN` if it is not too old, else one of the same major, else of the nearest newer one.
///
/// # Errors
/// None fits; says which were found and how to install one.
pub fn find_client(program: &str, major: u32) -> Result<ClientProgram, NoClientProgram> {
    Places::of_this_machine().client(program, major)
}

/// Where programs may lie.
#[derive(Debug, Default)]
struct Places {
    chosen: Option<PathBuf>,
    folders: Vec<PathBuf>,
}

/// Folders of which a machine may have one for each version: those in the first folder whose name begins with the
/// second, and in each of them the third.
const VERSIONED: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/lib", "postgresql", "bin"),
    ("/usr/lib64", "postgresql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ("/Library/PostgreSQL", "", "bin"),
    ("/opt/PostgreSQL", "", "bin"),
];

impl Places {
    fn of_this_machine() -> Self {
        let chosen = std::env::var_os(CHOSEN_FOLDER).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let mut folders = search_path(std::env::var_os("PATH"));
        for (parent, prefix, rest) in VERSIONED {
            let Ok(entries) = std::fs::read_dir(parent) else {
                continue;
            };
            let mut found: Vec<PathBuf> = entries
                .flatten()
                .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
                .map(|entry| entry.path().join(rest))
                .collect();
            found.sort();
            folders.extend(found);
        }
        Self { chosen, folders }
    }

    fn servers(&self) -> Vec<Programs> {
        match &self.chosen {
            Some(folder) => Programs::in_folder(folder).into_iter().collect(),
            None => newest_first(&real_folders("postgres", &self.folders)),
        }
    }

    /// The folder that `pg_config` names: on a machine of a kind that nobody has told us of.
    fn servers_by_pg_config(&self) -> Vec<Programs> {
        let folders: Vec<PathBuf> = self
            .folders
            .iter()
            .map(|folder| folder.join("pg_config"))
            .filter(|program| program.is_file())
            .filter_map(|program| answer(&program, "--bindir"))
            .map(|folder| PathBuf::from(folder.trim()))
            .collect();
        newest_first(&real_folders("postgres", &folders))
    }

    fn client(&self, program: &str, major: u32) -> Result<ClientProgram, NoClientProgram> {
        let ask = |folder: &Path| {
            let path = folder.join(program);
            version_of(&path).map(|version| ClientProgram { path, version })
        };
        let mut too_old = Vec::new();
        if let Some(found) = self.chosen.as_deref().and_then(ask) {
            if found.version.major >= major {
                return Ok(found);
            }
            too_old.push(found);
        }
        let mut folders = real_folders(program, &self.folders);
        // The folder's name mostly tells the version: ask the likely ones first, and one answer is enough.
        folders.sort_by_key(|folder| !names_major(folder, major));
        let mut newer: Option<ClientProgram> = None;
        for found in folders.iter().filter_map(|folder| ask(folder)) {
            if found.version.major == major {
                return Ok(found);
            }
            if found.version.major < major {
                too_old.push(found);
            } else if newer.as_ref().is_none_or(|nearest| found.version.major < nearest.version.major) {
                newer = Some(found);
            }
        }
        newer.ok_or_else(|| NoClientProgram {
            program: program.to_owned(),
            major,
            too_old,
            install: super::install::client_command(major),
        })
    }
}

fn search_path(path: Option<OsString>) -> Vec<PathBuf> {
    path.map(|path| std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()).unwrap_or_default()
}

/// The folders in which a program really lies, each once, however many links lead there.
fn real_folders(program: &str, folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut real = BTreeMap::new();
    for (index, folder) in folders.iter().enumerate() {
        let Ok(path) = folder.join(program).canonicalize() else {
            continue;
        };
        // Debian's /usr/bin/pg_dump and its like choose among installations by rules of their own.
        if path.file_name().is_none_or(|name| name != program) {
            continue;
        }
        if let Some(parent) = path.parent() {
            real.entry(parent.to_owned()).or_insert(index);
        }
    }
    let mut real: Vec<(PathBuf, usize)> = real.into_iter().collect();
    real.sort_by_key(|(_, index)| *index);
    real.into_iter().map(|(folder, _)| folder).collect()
}

fn newest_first(folders: &[PathBuf]) -> Vec<Programs> {
    let mut found: Vec<Programs> = std::thread::scope(|scope| {
        let asked: Vec<_> = folders.iter().map(|folder| scope.spawn(|| Programs::in_folder(folder))).collect();
        asked.into_iter().filter_map(|thread| thread.join().ok().flatten()).collect()
    });
    found.sort_by_key(|programs| std::cmp::Reverse(programs.version.number()));
    found
}

fn names_major(folder: &Path, major: u32) -> bool {
    let major = major.to_string();
    folder.components().any(|component| {
        component
            .as_os_str()
            .to_string_lossy()
            .split(|character: char| !character.is_ascii_digit())
            .any(|number| number == major)
    })
}

fn version_of(program: &Path) -> Option<ServerVersion> {
    answer(program, "--version")?.parse().ok()
}

/// What a program prints when asked with one option.
fn answer(program: &Path, option: &str) -> Option<String> {
    let output = Command::new(program).arg(option).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use rstest::rstest;

    /// A folder that holds programs which only say their version.
    fn installation(folder: &Path, programs: &[&str], version: &str) -> PathBuf {
        std::fs::create_dir_all(folder).unwrap();
        for program in programs {
            let path = folder.join(program);
            let script = format!("#!/bin/sh\necho '{program} (PostgreSQL) {version}'\n");
            std::fs::write(&path, script).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        folder.to_owned()
    }

    fn majors(programs: &[Programs]) -> Vec<u32> {
        programs.iter().map(|programs| programs.version.major).collect()
    }

    #[test]
    fn servers_come_newest_first_and_each_installation_once() {
        let root = tempfile::tempdir().unwrap();
        let old = installation(&root.path().join("13/bin"), &["postgres", "initdb"], "13.23");
        let new = installation(&root.path().join("17/bin"), &["postgres", "initdb"], "17.5");
        let links = root.path().join("links");
        std::fs::create_dir(&links).unwrap();
        symlink(old.join("postgres"), links.join("postgres")).unwrap();
        let half = installation(&root.path().join("18/bin"), &["postgres"], "18.1");
        let places = Places { chosen: None, folders: vec![links, old, new, half] };
        assert_eq!(majors(&places.servers()), [17, 13]);
    }

    #[test]
    fn the_chosen_folder_wins_over_a_newer_one() {
        let root = tempfile::tempdir().unwrap();
        let old = installation(&root.path().join("13/bin"), &["postgres", "initdb"], "13.23");
        let new = installation(&root.path().join("17/bin"), &["postgres", "initdb"], "17.5");
        let places = Places { chosen: Some(old), folders: vec![new] };
        assert_eq!(majors(&places.servers()), [13]);
    }

    #[rstest]
    #[case::the_same_major(15, Ok(15))]
    #[case::else_the_nearest_newer(14, Ok(15))]
    #[case::newer_but_not_nearest(16, Ok(17))]
    #[case::never_an_older_one(18, Err(2))]
    fn a_client_fits_the_server(#[case] server: u32, #[case] expected: Result<u32, usize>) {
        let root = tempfile::tempdir().unwrap();
        let folders = vec![
            installation(&root.path().join("newest"), &["pg_dump"], "17.5"),
            installation(&root.path().join("older"), &["pg_dump"], "15.18"),
        ];
        let found = Places { chosen: None, folders }.client("pg_dump", server);
        let found = found.map(|found| found.version.major).map_err(|error| error.too_old.len());
        assert_eq!(found, expected);
    }

    #[test]
    fn without_a_client_the_message_says_what_is_there() {
        let root = tempfile::tempdir().unwrap();
        let folders = vec![installation(&root.path().join("15"), &["pg_dump"], "15.18")];
        let error = Places { chosen: None, folders }.client("pg_dump", 17).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("No pg_dump of PostgreSQL 17 or newer was found"), "{text}");
        assert!(text.contains("15/pg_dump (15.18)"), "{text}");
    }

    #[test]
    fn a_wrapper_that_chooses_by_its_own_rules_is_passed_over() {
        let root = tempfile::tempdir().unwrap();
        let wrapper = installation(&root.path().join("share"), &["pg_wrapper"], "15.18");
        let links = root.path().join("bin");
        std::fs::create_dir(&links).unwrap();
        symlink(wrapper.join("pg_wrapper"), links.join("pg_dump")).unwrap();
        assert!(Places { chosen: None, folders: vec![links] }.client("pg_dump", 15).is_err());
    }
}
