//! The validate step's own checks: the project's `validations/*.sql`, and what every database must satisfy after
//! migrations ran.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What one check found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValidationResult {
    /// What was checked: the file's `-- Description:`, else its name; or a built-in check's sentence. Printable.
    pub name: String,
    /// The file, for a validation of the project.
    pub file: Option<PathBuf>,
    /// How it came out.
    pub verdict: Verdict,
    /// How long it took.
    pub elapsed: Duration,
}

/// How a check came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// As it must be.
    Passed {
        /// What was seen, in a few words; may be empty.
        detail: String,
    },
    /// Worth a look, no reason to stop.
    Warning {
        /// What was seen.
        detail: String,
    },
    /// A built-in check found something wrong.
    Failed {
        /// What was seen and what to do.
        detail: String,
    },
    /// A validation returned rows: each is something that must not be.
    Rows {
        /// The statement's place in the file, 1-based.
        line: u32,
        /// Column names.
        columns: Vec<String>,
        /// The first rows, each value shortened; `None` is NULL.
        rows: Vec<Vec<Option<String>>>,
        /// Rows in all, as far as they were counted.
        total: u64,
        /// There were more than were counted.
        more: bool,
    },
    /// A validation could not be run: nothing is known about what it checks.
    Error {
        /// Where in the file, 1-based, where that is known.
        line: Option<u32>,
        /// The server's SQLSTATE, where the server refused it.
        sqlstate: Option<String>,
        /// What happened and what to do.
        message: String,
    },
}

impl Verdict {
    /// Whether the window may go on: passed, or only a warning.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Passed { .. } | Self::Warning { .. })
    }

    /// One word: `passed`, `warning`, `failed` or `error`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed { .. } => "passed",
            Self::Warning { .. } => "warning",
            Self::Failed { .. } | Self::Rows { .. } => "failed",
            Self::Error { .. } => "error",
        }
    }
}
