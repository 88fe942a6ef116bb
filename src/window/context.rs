//! What everything in a window needs to know: the configuration, where files live, who operates, and how to get to a
//! server.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::source::PasswordSource;
use crate::config::{
    Access, Config, ConfigError, Environment, EnvironmentName, Origin, Paths, Secret, Surroundings, Target,
};
use crate::migration::catalogue::{Catalogue, CatalogueError, Layout};
use crate::migration::checksum::Checksum;
use crate::postgres::connect_error::ConnectError;
use crate::postgres::connection::{Connection, SessionOptions};
use crate::postgres::history::{HistoryTable, SharedTexts};
use crate::review::approval::Need;

use super::event::Operator;
use super::review::KnownChecklists;

/// What everything in a window needs to know.
#[derive(Debug)]
pub struct Context {
    /// The configuration.
    pub config: Arc<Config>,
    /// The process's environment variables and the user's home, as they were at the start.
    pub surroundings: Surroundings,
    /// Where Tidegate keeps its own files.
    pub paths: Paths,
    /// Who operates.
    pub operator: Operator,
    passwords: Mutex<HashMap<EnvironmentName, Secret>>,
    /// The catalogue as it was when it was last read.
    catalogue: Mutex<Arc<Catalogue>>,
    /// What the histories of several environments say alike.
    texts: SharedTexts,
    /// What files of these checksums need to be approved.
    pub(super) needs: Mutex<HashMap<Checksum, Arc<[Need]>>>,
    /// The checklists that were made last, one set a tier.
    pub(super) checklists: Mutex<Vec<KnownChecklists>>,
}

/// Why an environment cannot be connected to.
#[derive(Debug, thiserror::Error)]
pub enum ReachError {
    /// The configuration does not lead to a server.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The server cannot be connected to.
    #[error(transparent)]
    Connect(#[from] ConnectError),
}

impl ReachError {
    /// Whether a password typed by the operator would help.
    pub fn wants_password(&self) -> bool {
        matches!(self, ReachError::Connect(error) if error.wants_password())
    }

    /// Whether the server asks for a password and nothing yields one.
    pub fn lacks_password(&self) -> bool {
        matches!(self, ReachError::Connect(error) if error.lacks_password())
    }
}

/// What a session is opened for; the server's `pg_stat_activity` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reading the state of an environment for the screen.
    Board,
    /// Running a window's steps.
    Window,
    /// Looking whether a schema has changed.
    Drift,
    /// Looking on while a window's step runs.
    Observer,
    /// Giving or withdrawing approvals.
    Approve,
}

impl Context {
    /// The context of a console or a command of this process.
    pub fn new(config: Config, surroundings: Surroundings) -> Context {
        let paths = Paths::of_project(&surroundings, &config.root);
        let name = surroundings
            .variable("TIDEGATE_OPERATOR")
            .filter(|name| !name.trim().is_empty())
            .map(str::to_owned)
            .or_else(|| surroundings.user.clone())
            .unwrap_or_else(|| "unknown".to_owned());
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let operator = Operator { name, host, process: std::process::id() };
        Context {
            config: Arc::new(config),
            surroundings,
            paths,
            operator,
            passwords: Mutex::default(),
            catalogue: Mutex::default(),
            texts: SharedTexts::default(),
            needs: Mutex::default(),
            checklists: Mutex::default(),
        }
    }

    /// The environment of this name.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.config.environments.iter().find(|environment| environment.name.as_str() == name)
    }

    /// Where the files are and which history table they speak of.
    pub fn layout(&self) -> Layout {
        self.config.project.layout.clone()
    }

    /// Reads the project's files; those that have not changed since this was last asked are not read again.
    ///
    /// # Errors
    /// When the folder of migrations cannot be listed.
    pub fn read_catalogue(&self) -> Result<Arc<Catalogue>, CatalogueError> {
        let mut known = self.catalogue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(now) = known.refresh(&self.config.project.layout)? {
            *known = Arc::new(now);
        }
        Ok(Arc::clone(&known))
    }

    /// Reads these of the project's files, where no other one has changed.
    ///
    /// # Errors
    /// As for [`Context::read_catalogue`].
    pub fn read_rewritten<'p>(
        &self,
        files: impl IntoIterator<Item = &'p Path>,
    ) -> Result<Arc<Catalogue>, CatalogueError> {
        let mut known = self.catalogue.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(now) = known.rewritten(files) else {
            drop(known);
            return self.read_catalogue();
        };
        if now != **known {
            *known = Arc::new(now);
        }
        Ok(Arc::clone(&known))
    }

    /// What the histories of several environments say alike, so that it is kept once.
    pub fn texts(&self) -> &SharedTexts {
        &self.texts
    }

    /// The history table, the same in every environment.
    pub fn history_table(&self) -> HistoryTable {
        self.config.project.layout.history_table.clone()
    }

    /// The folder of the windows' journals.
    pub fn journals(&self) -> PathBuf {
        self.paths.journals()
    }

    /// The folder of the windows' reports.
    pub fn reports(&self) -> PathBuf {
        self.paths.state.join("reports")
    }

    /// The environment variables from which the configuration takes URLs and passwords: no hook inherits them.
    pub fn secret_variables(&self) -> Vec<String> {
        let of_environment = |environment: &Environment| {
            let url = match &environment.connection.origin {
                Origin::UrlVariable(name) => Some(name.clone()),
                _ => None,
            };
            let password = match &environment.connection.password {
                Some(PasswordSource::Variable(name)) => Some(name.clone()),
                _ => None,
            };
            url.into_iter().chain(password)
        };
        let mut names: Vec<String> = self.config.environments.iter().flat_map(of_environment).collect();
        names.push("PGPASSWORD".to_owned());
        names
    }

    /// Keeps a password that the operator typed, in this process's memory only.
    pub fn keep_password(&self, environment: &EnvironmentName, password: Secret) {
        self.passwords.lock().unwrap_or_else(PoisonError::into_inner).insert(environment.clone(), password);
    }

    /// Where an environment is. May run the configuration's commands, so it is done where waiting is allowed.
    pub async fn target(&self, environment: &Environment) -> Result<Target, ConfigError> {
        let (wanted, surroundings) = (environment.clone(), self.surroundings.clone());
        let root = self.config.root.clone();
        let resolved = tokio::task::spawn_blocking(move || wanted.resolve(&root, &surroundings)).await;
        let mut target = match resolved {
            Ok(resolution) => resolution?.target,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        };
        let passwords = self.passwords.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(password) = passwords.get(&environment.name) {
            target.password = Some(password.clone());
        }
        Ok(target)
    }

    /// Opens a session with an environment as another role than the configured one, with that role's own password: the
    /// one that the operator typed, if any, or else what `PGPASSWORD` or the password file holds.
    pub async fn connect_as(
        &self,
        environment: &Environment,
        user: &str,
        password: Option<&Secret>,
        purpose: Purpose,
    ) -> Result<Connection, ReachError> {
        let (wanted, surroundings) = (environment.clone(), self.surroundings.clone());
        let (root, user) = (self.config.root.clone(), user.to_owned());
        let resolved = tokio::task::spawn_blocking(move || wanted.resolve_as(&user, &root, &surroundings)).await;
        let mut target = match resolved {
            Ok(resolution) => resolution?.target,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        };
        if let Some(password) = password {
            target.password = Some(password.clone());
        }
        Ok(Connection::open(&target, &self.session(environment, purpose)).await?)
    }

    /// Opens a session with an environment. Only a window's own session in an environment that may be written is one
    /// that could write, beside one that gives approvals.
    pub async fn connect(&self, environment: &Environment, purpose: Purpose) -> Result<Connection, ReachError> {
        let target = self.target(environment).await?;
        Ok(Connection::open(&target, &self.session(environment, purpose)).await?)
    }

    /// How a session for this purpose is set up.
    pub fn session(&self, environment: &Environment, purpose: Purpose) -> SessionOptions {
        let doing = match purpose {
            Purpose::Board => "board",
            Purpose::Window => "window",
            Purpose::Drift => "drift",
            Purpose::Observer => "observer",
            Purpose::Approve => "approve",
        };
        SessionOptions {
            application_name: format!("{doing} {}@{}", self.operator.name, self.operator.host),
            read_only: !matches!(purpose, Purpose::Window | Purpose::Approve) || environment.access == Access::ReadOnly,
            ..SessionOptions::default()
        }
    }
}
