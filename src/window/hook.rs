//! Running the commands that a project hooks into a window: the announcement, its own validation.
//!
//! A hook is the operator's program, so it is given as much as it needs and no more. It runs in the project's root
//! folder, in a process group of its own, with standard input closed and this environment:
//!
//! | variable | meaning |
//! | --- | --- |
//! | `TIDEGATE_ENVIRONMENT` | the environment's name in the config |
//! | `TIDEGATE_TIER` | `development`, `staging` or `production` |
//! | `TIDEGATE_WINDOW` | the window's id |
//! | `TIDEGATE_STEP` | `announce` or `validate` |
//! | `TIDEGATE_OPERATOR` | who runs the window |
//! | `PGHOST`, `PGPORT`, `PGUSER`, `PGDATABASE`, `PGPASSWORD` or `PGPASSFILE`, `PGSSL…` | validate only: the environment's connection |

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Which of its two streams a hook wrote to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HookStream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// One thing that happened while a hook ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum HookEvent {
    /// It is about to start.
    Started {
        /// The command as it would be typed, made printable.
        command: String,
    },
    /// It wrote a line.
    Line {
        /// Where to.
        stream: HookStream,
        /// The line, printable, without its end; long lines are cut.
        text: String,
    },
    /// It wrote more than is kept; further lines are counted only.
    Muted,
}

/// A hook that ended well.
#[derive(Debug, Clone, PartialEq)]
pub struct HookOutcome {
    /// How long it ran.
    pub elapsed: Duration,
    /// Lines that it wrote.
    pub lines: u64,
}

/// A hook that did not.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum HookError {
    /// There is no such program.
    #[error("The {step} hook `{program}` was not found (looked in {looked}). {advice}")]
    Missing {
        /// `announce` or `validate`.
        step: String,
        /// The program's name.
        program: String,
        /// Where it was looked for.
        looked: String,
        /// How to mend it.
        advice: String,
    },
    /// The file is there and cannot be executed.
    #[error("The {step} hook {} cannot be executed: {why}. {advice}", program.display())]
    NotExecutable {
        /// `announce` or `validate`.
        step: String,
        /// The file.
        program: PathBuf,
        /// The system's words.
        why: String,
        /// How to mend it.
        advice: String,
    },
    /// It ran and reported failure.
    #[error("The {step} hook {status} after {elapsed}. {said}")]
    Failed {
        /// `announce` or `validate`.
        step: String,
        /// How it ended, in words.
        status: String,
        /// How long it ran, in words.
        elapsed: String,
        /// Its last lines, printable.
        said: String,
    },
    /// It ran longer than it may; it and its children were ended.
    #[error(
        "The {step} hook was ended because it ran longer than {allowed}. Give it more with `timeout`, or see why it hangs. {said}"
    )]
    TimedOut {
        /// `announce` or `validate`.
        step: String,
        /// How long it may run, in words.
        allowed: String,
        /// Its last lines, printable.
        said: String,
    },
    /// The operator cancelled it; it and its children were ended.
    #[error("The {step} hook was cancelled, and its processes have ended.")]
    Cancelled {
        /// `announce` or `validate`.
        step: String,
    },
}
