//! Why a file cannot be run as it is: said before anything of it has run.

use std::path::PathBuf;

use super::Position;

/// A file that Tidegate refuses to run, the place that is the reason, and what to do about it. Nothing of the file has run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{}:{}: {fault} Nothing of this file has run. {}", file.display(), position.line, position.column, fault.advice())]
pub struct ScriptError {
    /// The file.
    pub file: PathBuf,
    /// Where in the file.
    pub position: Position,
    /// What is wrong.
    pub fault: Fault,
}

/// Something that is begun and never ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Construct {
    /// `'…`
    String,
}

/// What keeps a file from being run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The file's bytes are not UTF-8.
    #[error("The file is not UTF-8.")]
    NotUtf8,
}

impl Fault {
    /// What to do about it.
    pub fn advice(&self) -> String {
        String::new()
    }
}
