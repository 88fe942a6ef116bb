//! `tidegate man`

use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_mangen::Man;

use super::args::Arguments;
use super::{CommandError, Exit, Session};

/// The arguments of `tidegate man`.
#[derive(Debug, Args)]
pub struct Options {
    /// Write one page for each command into this folder instead
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
}

/// Prints the page, or writes them all.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    match &options.dir {
        None => Man::new(Arguments::command()).render(&mut session.output)?,
        Some(folder) => {
            fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(Arguments::command(), folder))
                .map_err(CommandError::write(folder.clone()))?;
        }
    }
    Ok(Exit::Done)
}
