//! What can be wrong with a configuration, in words that say how to mend it.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::environment::EnvironmentName;
use super::resolve::ResolveError;
use crate::migration::text::printable;

/// Why there is no usable configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No file in any of the places.
    #[error(
        "There is no configuration: neither `tidegate.toml` nor `.tidegate/config.toml` in {} or a folder above, nor {}. \
         Run `tidegate init` to set this project up, or name a file with --config.",
        shown(.folder),
        shown(.of_user)
    )]
    NotFound {
        /// Where the search began.
        folder: PathBuf,
        /// The user's own file, which does not exist either.
        of_user: PathBuf,
    },
    /// The file cannot be read as text, or is not to be trusted.
    #[error("The configuration {} cannot be used: {why}.", shown(.path))]
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
        source: Box<ResolveError>,
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

fn shown(path: &Path) -> String {
    printable(&path.display().to_string()).into_owned()
}

fn invalid(path: &Path, problems: &[Problem]) -> String {
    let count = match problems.len() {
        1 => "a mistake".to_owned(),
        several => format!("{several} mistakes"),
    };
    let places: Vec<String> =
        problems.iter().map(|problem| problem.line.map_or(String::new(), |line| format!("line {line}: "))).collect();
    let width = places.iter().map(String::len).max().unwrap_or(0);
    let mut text = format!("The configuration {} has {count}:", shown(path));
    for (problem, place) in problems.iter().zip(&places) {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  {place:<width$}{}", problem.message);
        if let Some(advice) = &problem.advice {
            let _ = write!(text, "\n  {:<width$}{advice}", "");
        }
    }
    text
}
