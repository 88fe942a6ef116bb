//! What a process inherits and resolution depends on, as one value, so that resolution itself stays pure.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Environment variables, folders and user name of this process.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Environment variables whose names and values are UTF-8.
    pub variables: BTreeMap<String, String>,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// The operating system's name for the user.
    pub user: Option<String>,
    /// The folder that the process was started in.
    pub folder: PathBuf,
}

impl Surroundings {
    /// Those of the running process.
    pub fn of_process() -> Self {
        let variables: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let user = user_name().or_else(|| {
            ["USER", "LOGNAME"].iter().find_map(|name| variables.get(*name)).filter(|name| !name.is_empty()).cloned()
        });
        Self { home: std::env::home_dir(), user, folder: std::env::current_dir().unwrap_or_default(), variables }
    }

    /// The value of a variable that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A path in which a leading `~/` stands for the home folder.
    pub fn expand_home(&self, path: &str) -> PathBuf {
        match (path.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(path),
        }
    }
}

/// Variables may hold secrets, so only their names are printed.
impl std::fmt::Debug for Surroundings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Surroundings")
            .field("variables", &self.variables.keys())
            .field("home", &self.home)
            .field("user", &self.user)
            .field("folder", &self.folder)
            .finish()
    }
}

/// The name that the user database has for the effective user, as libpq asks for it.
fn user_name() -> Option<String> {
    let id = rustix::process::geteuid().as_raw().to_string();
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1) == Some(id.as_str()) && !name.is_empty()).then(|| name.to_owned())
    })
}
