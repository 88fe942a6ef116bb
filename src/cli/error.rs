//! What can stand in the way of a subcommand, and the exit status that goes with it.

use std::io;
use std::path::PathBuf;

use super::demo::DemoError;
use super::exit::Exit;
use crate::config::ConfigError;
use crate::migration::scaffold::ScaffoldError;

/// What stood in the way of a subcommand.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is no usable configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
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
    /// Standard output went away.
    #[error("The output could not be written: {0}.")]
    Output(#[from] io::Error),
}

impl CommandError {
    /// A file or folder that could not be written.
    pub fn write(path: PathBuf) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write { path: super::output::path(&path), source }
    }

    /// Whether the reader of our output has simply seen enough.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The exit status that goes with it.
    pub fn exit(&self) -> Exit {
        match self {
            _ if self.is_closed_pipe() => Exit::Done,
            Self::Config(_) => Exit::Usage,
            Self::Scaffold(_) | Self::Demo(_) | Self::Write { .. } | Self::Output(_) => Exit::Failed,
        }
    }
}
