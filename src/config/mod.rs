//! `config.toml` as typed, validated configuration; secrets; where files live.
//!
//! A [`Config`] is what the file says. An [`Environment`] in it says how to find its server; only
//! [`Environment::resolve`] looks at environment variables, service and password files, and yields a [`Target`].

pub mod approvals;
pub mod backup;
pub mod command;
pub mod drift;
pub mod environment;
pub mod error;
mod find;
pub mod hooks;
pub mod hours;
pub mod interface;
mod keys;
mod nearest;
pub mod parameters;
mod parse;
pub mod passfile;
pub mod paths;
pub mod policy;
pub mod programs;
mod reader;
pub mod resolve;
pub mod schema;
pub mod secret;
pub mod service;
pub mod source;
pub mod surroundings;
pub mod target;
pub mod units;
pub mod uri;

use std::path::{Path, PathBuf};

use crate::migration::catalogue::Layout;
use crate::migration::table::TableName;
use crate::review::settings::Settings;

pub use approvals::{ApprovalRule, ApprovalRules};
pub use backup::{BackupFormat, BackupSettings};
pub use command::{CaptureError, CommandLine};
pub use drift::{DriftSettings, Indifferent};
pub use environment::{Access, Environment, EnvironmentName, Tier};
pub use error::{ConfigError, Problem};
pub use hooks::{Hook, Hooks};
pub use hours::{AllowedHours, HoursVerdict};
pub use interface::{Interface, KeyOverride};
pub use paths::Paths;
pub use policy::{BackupRequirement, Policy, TicketPattern, TicketRule};
pub use programs::ProgramAccess;
pub use resolve::{PasswordOrigin, Resolution, ResolveError};
pub use secret::Secret;
pub use source::{ConnectionSource, Origin, PasswordSource};
pub use surroundings::Surroundings;
pub use target::{
    ChannelBinding, ClientCertificate, Host, HostPort, Keepalives, RootCertificates, SslMode, Target,
    TargetSessionAttributes, Tls, Verification,
};

/// What the configuration file says, validated.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The file.
    pub path: PathBuf,
    /// The project's folder, which relative paths in the file start from.
    pub root: PathBuf,
    /// The project's name and folders.
    pub project: Project,
    /// Where each environment keeps its history.
    pub history: TableName,
    /// Where backups go and how they are made.
    pub backup: BackupSettings,
    /// How schema drift is looked for.
    pub drift: DriftSettings,
    /// By which rules migrations are judged.
    pub review: Settings,
    /// How the console looks.
    pub interface: Interface,
    /// The environments, in the order of the file.
    pub environments: Vec<Environment>,
}

/// The project's name and folders.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// What screens and reports call the project.
    pub name: String,
    /// Where migrations and rollbacks lie, and the history table that they record themselves in; absolute.
    pub layout: Layout,
    /// The folder of the validation queries; absolute.
    pub validations: PathBuf,
    /// The folder of the project's own templates for `tidegate new`; absolute.
    pub templates: Option<PathBuf>,
}

impl Config {
    /// Finds, reads and validates the configuration: `explicit` (the `--config` option), else `TIDEGATE_CONFIG`, else
    /// `tidegate.toml` or `.tidegate/config.toml` in this folder or one above, else the user's configuration folder.
    pub fn find(explicit: Option<&Path>, surroundings: &Surroundings) -> Result<Self, ConfigError> {
        Self::read(&Self::locate(explicit, surroundings)?)
    }

    /// Where the configuration lies, by the same rules, without reading it.
    pub fn locate(explicit: Option<&Path>, surroundings: &Surroundings) -> Result<PathBuf, ConfigError> {
        find::locate(explicit, surroundings)
    }

    /// Reads and validates the configuration of this path.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        find::read(path)
    }

    /// The configuration of a project that lies in this very folder.
    pub fn in_folder(folder: &Path) -> Option<PathBuf> {
        find::PROJECT_FILES.iter().map(|name| folder.join(name)).find(|path| path.exists())
    }

    /// The configuration of the project that lies nearest above a folder.
    pub fn above(folder: &Path) -> Option<PathBuf> {
        folder.ancestors().skip(1).find_map(Self::in_folder)
    }

    /// The project's folder: the one that holds the file, or the one above when that is `.tidegate`.
    pub fn root_of(path: &Path) -> PathBuf {
        parse::root_of(path)
    }

    /// Validates a configuration's text; `path` gives the root folder and names the file in errors.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        parse::parse(text, path, false)
    }

    /// The environment of this name.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name.as_str() == name)
    }

    /// The environment whose name is most like this one, for "did you mean".
    pub fn nearest_environment(&self, name: &str) -> Option<&Environment> {
        let nearest = nearest::nearest(name, self.environments.iter().map(|environment| environment.name.as_str()))?;
        self.environment(nearest)
    }
}
