//! What can be wrong with a configuration, in words that say how to mend it.

use std::fmt;
use std::path::PathBuf;

use super::environment::EnvironmentName;
use super::resolve::ResolveError;

/// Why there is no usable configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No file in any of the places.
    #[error("{}", not_found(.searched))]
    NotFound {
        /// The files that were looked for.
        searched: Vec<PathBuf>,
    },
    /// The file cannot be read as text.
    #[error("The configuration {} cannot be read: {why}.", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said, or what is wrong with the content.
        why: String,
    },
    /// The file holds mistakes.
    #[error("{}", invalid(.path, .problems))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Every mistake, in the order of the lines.
        problems: Vec<Problem>,
    },
    /// An environment's connection parameters do not come together.
    #[error("The connection of environment {environment} cannot be worked out. {source}")]
    Connection {
        /// The environment.
        environment: EnvironmentName,
        /// What is wrong and what to do.
        source: ResolveError,
    },
}

/// One mistake in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Counted from 1; `None` when it concerns the whole file.
    pub line: Option<u32>,
    /// What is wrong, as a full sentence.
    pub message: String,
    /// What to do, as a full sentence.
    pub advice: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

fn not_found(searched: &[PathBuf]) -> String {
    let _ = searched;
    String::new()
}

fn invalid(path: &std::path::Path, problems: &[Problem]) -> String {
    let _ = (path, problems);
    String::new()
}
