//! `tidegate apply ENV`

use clap::Args;

use super::window::open::{self, WindowOptions};
use super::{CommandError, Exit, Session};
use crate::window::plan::{Intent, Selection};

/// The arguments of `tidegate apply`.
#[derive(Debug, Args)]
pub struct Options {
    /// The environment
    #[arg(value_name = "ENV")]
    pub environment: String,

    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    window: WindowOptions,
}

/// Which migrations; everything that is pending where nothing is said.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct Which {
    /// Apply what is pending up to and including this migration
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,

    /// Apply just these, also where they were rolled back before
    #[arg(long, value_name = "NAME", num_args = 1..)]
    only: Vec<String>,

    /// Apply the next so many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    next: Option<u32>,

    /// Apply what is pending of this release
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
}

impl Which {
    fn selection(&self) -> Selection {
        match self {
            Which { to: Some(version), .. } => Selection::To(version.clone()),
            Which { release: Some(release), .. } => Selection::Release(release.clone()),
            Which { next: Some(count), .. } => Selection::Last(*count),
            Which { only, .. } if !only.is_empty() => Selection::Only(only.clone()),
            _ => Selection::All,
        }
    }
}

/// Runs a window that applies.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let intent = Intent::Apply(options.which.selection());
    open::run(&options.environment, &intent, &options.window, session)
}
