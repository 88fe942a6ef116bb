//! `tidegate rollback ENV`

use clap::Args;

use super::window::open::{self, WindowOptions};
use super::{CommandError, Exit, Session};
use crate::window::plan::{Intent, Selection};

/// The arguments of `tidegate rollback`.
#[derive(Debug, Args)]
pub struct Options {
    /// The environment
    #[arg(value_name = "ENV")]
    pub environment: String,

    #[command(flatten)]
    which: Which,

    /// Why: recorded with each migration for good
    #[arg(long, value_name = "TEXT")]
    pub reason: String,

    #[command(flatten)]
    window: WindowOptions,
}

/// Which migrations; the last one where nothing is said.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct Which {
    /// Roll back what is later than this migration
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,

    /// Roll back just these
    #[arg(long, value_name = "NAME", num_args = 1..)]
    only: Vec<String>,

    /// Roll back the last so many [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    last: Option<u32>,

    /// Roll back what is in effect of this release
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
}

impl Which {
    fn selection(&self) -> Selection {
        match self {
            Which { to: Some(version), .. } => Selection::To(version.clone()),
            Which { release: Some(release), .. } => Selection::Release(release.clone()),
            Which { only, .. } if !only.is_empty() => Selection::Only(only.clone()),
            Which { last, .. } => Selection::Last(last.unwrap_or(1)),
        }
    }
}

/// Runs a window that rolls back.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let intent = Intent::Rollback { selection: options.which.selection(), reason: options.reason.clone() };
    open::run(&options.environment, &intent, &options.window, session)
}
