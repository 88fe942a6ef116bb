//! What can stand in the way of a subcommand, and the exit status that goes with it.

use std::io;
use std::path::PathBuf;

use super::demo::DemoError;
use super::exit::Exit;
use super::words::sentence;
use crate::config::{ConfigError, Environment};
use crate::migration::catalogue::CatalogueError;
use crate::migration::scaffold::ScaffoldError;
use crate::migration::text::printable;
use crate::postgres::backup::BackupError;
use crate::window::approval::give::ApproveError;
use crate::window::backups::TakeError;
use crate::window::context::ReachError;
use crate::window::drift::DriftError;
use crate::window::drift::side::{ReadError, SideError};
use crate::window::event::Failure;
use crate::window::look::LookError;
use crate::window::mark::MarkError;
use crate::window::planning::PlanError;
use crate::window::validate::ValidateError;

/// What stood in the way of a subcommand.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is no usable configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A project would be made below another one.
    #[error(
        "This folder is in the project of {0} already. Nothing was done. Run `tidegate init` in that folder, or with --nested for a project of its own here."
    )]
    ProjectAbove(String),
    /// No migration was made.
    #[error("No migration was made: {0}.")]
    Scaffold(#[from] ScaffoldError),
    /// The demo could not be started.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// A file or folder could not be written.
    #[error("{path} could not be written: {source}.")]
    Write {
        /// The file or folder, safe to show.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The configuration has no such environment.
    #[error(
        "There is no environment called {}.{} The configuration has {}.",
        printable(name),
        nearest.as_ref().map(|nearest| format!(" Did you mean {nearest}?")).unwrap_or_default(),
        if known.is_empty() { "none".to_owned() } else { known.join(", ") }
    )]
    NoEnvironment {
        /// The name that was given.
        name: String,
        /// The one most like it.
        nearest: Option<String>,
        /// All that there are.
        known: Vec<String>,
    },
    /// The environment is never written.
    #[error(
        "{0} is read-only in the configuration: nothing is ever written there. Change `read_only` in the configuration if that is wrong."
    )]
    ReadOnly(String),
    /// The backup was to be passed over where it may not be.
    #[error(
        "{0} requires a backup before anything is written, so --skip-backup is refused. Nothing was done. Leave the option out, or change `backup` in the configuration."
    )]
    BackupRequired(String),
    /// The backup was to be passed over where something is dropped with its rows.
    #[error(
        "{name} drops the {what}, and no rollback brings its rows back, so {environment} gets a backup first and --skip-backup is refused. Nothing was done. Leave the option out."
    )]
    BackupForDrop {
        /// The environment.
        environment: String,
        /// The migration.
        name: String,
        /// What it drops.
        what: String,
    },
    /// What must be confirmed was not.
    #[error("{0}")]
    NotConfirmed(String),
    /// Questions of a checklist were not answered.
    #[error("{0}")]
    Unanswered(String),
    /// A question of a checklist was answered twice.
    #[error("{0} is answered twice. Nothing was approved. Give one answer to each entry of the checklist.")]
    AnsweredTwice(&'static str),
    /// A gate is closed before a window could be opened.
    #[error("{}", .0.lines().join(" "))]
    Refused(Box<Failure>),
    /// The folder of migrations cannot be read.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// An environment could not be read.
    #[error("{environment} could not be read. {source} Nothing was done.")]
    Look {
        /// The environment.
        environment: String,
        /// Why.
        source: Box<LookError>,
    },
    /// There is no plan to carry out.
    #[error("{}", sentence(&.0.to_string()))]
    Plan(#[from] PlanError),
    /// An environment was not marked.
    #[error(transparent)]
    Mark(Box<MarkError>),
    /// Nothing was approved.
    #[error("{}", sentence(&.0.to_string()))]
    Approve(Box<ApproveError>),
    /// There is no backup, or none that could be looked at.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// No backup was taken.
    #[error(transparent)]
    Take(#[from] TakeError),
    /// The checks did not come to their end.
    #[error(transparent)]
    Validate(#[from] ValidateError),
    /// A side of a comparison names nothing.
    #[error(transparent)]
    Side(#[from] SideError),
    /// A comparison has one side only.
    #[error("With what is it to be compared? Name an environment, `files` or a connection URL as the second side.")]
    OneSide,
    /// Something is said about a draft, and none is asked for.
    #[error(
        "--destructive says how a draft is written, and none is drafted here. Nothing was compared. Add --format sql or --write DESCRIPTION, or leave --destructive out."
    )]
    NothingDrafted,
    /// There is no comparison.
    #[error(transparent)]
    Drift(Box<DriftError>),
    /// There is no such backup.
    #[error("There is no backup called {0}. `tidegate backups` lists them.")]
    NoBackup(String),
    /// There is no such migration.
    #[error("There is no migration {}. Name it by its file, its name or its version; `tidegate status` lists them.", printable(.0))]
    NoMigration(String),
    /// There is no such rule.
    #[error("There is no rule {}. `tidegate review --rules` lists them.", printable(.0))]
    NoRule(String),
    /// Git does not know the revision.
    #[error("Git knows no revision {} of the folder of migrations, or there is no git. Name a branch, tag or commit.", printable(.0))]
    NoRevision(String),
    /// There is no such window.
    #[error("There is no window called {}. `tidegate report` lists all, `tidegate resume` those left unfinished.", printable(.0))]
    NoWindow(String),
    /// Another process runs the window.
    #[error(
        "Another process on this machine is running the window {0} right now. Nothing was done. Use that one, or quit it and resume here."
    )]
    InUse(String),
    /// A window ended by itself.
    #[error("{}", sentence(why))]
    Broken {
        /// Why.
        why: String,
        /// The exit status that says what that means for the environment.
        exit: Exit,
    },
    /// Several windows are called so.
    #[error("Several windows begin with {}: {}. Give a longer part of the id.", printable(wanted), ids.join(", "))]
    SeveralWindows {
        /// What was given.
        wanted: String,
        /// The windows that it fits.
        ids: Vec<String>,
    },
    /// The system did not let us begin.
    #[error("The work could not begin: {0}.")]
    Runtime(#[source] io::Error),
    /// Standard output went away.
    #[error("The output could not be written: {0}.")]
    Output(#[from] io::Error),
}

impl CommandError {
    /// A file or folder that could not be written.
    pub fn write(path: PathBuf) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write { path: super::output::path(&path), source }
    }

    /// An environment that could not be read.
    pub fn looking_at(environment: &Environment) -> impl FnOnce(LookError) -> Self {
        let environment = environment.name.to_string();
        move |source| Self::Look { environment, source: Box::new(source) }
    }

    /// Whether the reader of our output has simply seen enough.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The exit status that goes with it.
    pub fn exit(&self) -> Exit {
        match self {
            _ if self.is_closed_pipe() => Exit::Done,
            Self::Drift(error) => match &**error {
                DriftError::OnlyFiles | DriftError::Shadow(_) => Exit::Usage,
                DriftError::Side { source, .. } if matches!(**source, ReadError::Reach(ReachError::Config(_))) => {
                    Exit::Usage
                }
                _ => Exit::Failed,
            },
            Self::Config(_)
            | Self::Side(_)
            | Self::OneSide
            | Self::NothingDrafted
            | Self::NoEnvironment { .. }
            | Self::NoBackup(_)
            | Self::NoMigration(_)
            | Self::NoRule(_)
            | Self::ProjectAbove(_)
            | Self::NoRevision(_)
            | Self::NoWindow(_)
            | Self::SeveralWindows { .. }
            | Self::AnsweredTwice(_) => Exit::Usage,
            Self::ReadOnly(_)
            | Self::BackupRequired(_)
            | Self::BackupForDrop { .. }
            | Self::NotConfirmed(_)
            | Self::Unanswered(_)
            | Self::Refused(_)
            | Self::InUse(_) => Exit::Refused,
            Self::Broken { exit, .. } => *exit,
            Self::Plan(PlanError::Unknown { .. } | PlanError::NoReason) => Exit::Usage,
            Self::Plan(PlanError::WrongStatus { .. } | PlanError::NoRollback { .. }) => Exit::Refused,
            Self::Mark(error) if matches!(**error, MarkError::Refused(_)) => Exit::Refused,
            Self::Approve(error) => match &**error {
                ApproveError::NotDemanded(..)
                | ApproveError::NoStore(_)
                | ApproveError::Refused(_)
                | ApproveError::NothingToWithdraw(_)
                | ApproveError::Unanswered(_) => Exit::Refused,
                ApproveError::Unknown(_) | ApproveError::Config(_) | ApproveError::Reach(ReachError::Config(_)) => {
                    Exit::Usage
                }
                _ => Exit::Failed,
            },
            Self::Backup(BackupError::Cancelled { .. })
            | Self::Take(TakeError::Backup(BackupError::Cancelled { .. }))
            | Self::Validate(ValidateError::Cancelled) => Exit::Refused,
            Self::Take(TakeError::Config(_)) => Exit::Usage,
            Self::Look { source, .. } if matches!(**source, LookError::Reach(ReachError::Config(_))) => Exit::Usage,
            Self::Scaffold(_)
            | Self::Demo(_)
            | Self::Write { .. }
            | Self::Output(_)
            | Self::Catalogue(_)
            | Self::Look { .. }
            | Self::Plan(_)
            | Self::Mark(_)
            | Self::Backup(_)
            | Self::Take(_)
            | Self::Validate(_)
            | Self::Runtime(_) => Exit::Failed,
        }
    }
}

impl From<DriftError> for CommandError {
    fn from(error: DriftError) -> Self {
        Self::Drift(Box::new(error))
    }
}

impl From<ApproveError> for CommandError {
    fn from(error: ApproveError) -> Self {
        Self::Approve(Box::new(error))
    }
}

impl From<MarkError> for CommandError {
    fn from(error: MarkError) -> Self {
        Self::Mark(Box::new(error))
    }
}
