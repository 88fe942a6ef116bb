//! `tidegate completions SHELL`

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::args::Arguments;
use super::{CommandError, Exit, Session};

/// The arguments of `tidegate completions`.
#[derive(Debug, Args)]
pub struct Options {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Prints the script.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    // The generator takes a failing writer for a bug, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), "tidegate", &mut script);
    std::io::Write::write_all(&mut session.output, &script)?;
    Ok(Exit::Done)
}
