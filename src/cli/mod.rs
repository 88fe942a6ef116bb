//! The subcommands: text or JSON instead of a screen.
//!
//! Each is one short file with its arguments and what it prints; [`args`] lists them, [`run`] hands over. They hold no
//! rules of their own: what they know comes from the floors below.

pub mod args;
pub mod completions;
pub mod config_check;
pub mod demo;
pub mod error;
pub mod exit;
pub mod info;
pub mod init;
pub mod log;
pub mod man;
pub mod new;
pub mod output;

use crate::config::{Config, Surroundings};

use args::{Arguments, Command, ConfigCommand, Global};
pub use error::CommandError;
pub use exit::Exit;
use output::Output;

/// What every subcommand gets.
pub struct Session {
    /// The options that every subcommand has.
    pub global: Global,
    /// Environment variables, folders and user.
    pub surroundings: Surroundings,
    /// Standard output.
    pub output: Output,
}

impl Session {
    /// The configuration that the options and the place name.
    pub fn config(&self) -> Result<Config, CommandError> {
        Ok(Config::find(self.global.config.as_deref(), &self.surroundings)?)
    }
}

/// Runs a subcommand to its end and says on standard error what stood in its way.
pub fn run(arguments: Arguments) -> Exit {
    let surroundings = Surroundings::of_process();
    let color = arguments.global.color;
    let output = Output::stdout(color);
    let mut session = Session { global: arguments.global, surroundings, output };
    let outcome = dispatch(arguments.command, &mut session).and_then(|exit| {
        session.output.finish()?;
        Ok(exit)
    });
    outcome.unwrap_or_else(|error| {
        if !error.is_closed_pipe() {
            output::report(&error, color);
        }
        error.exit()
    })
}

fn dispatch(command: Command, session: &mut Session) -> Result<Exit, CommandError> {
    // Held to the end, so that the last lines reach the file.
    let _log = match command {
        Command::New(_) => Some(log::start(session)?),
        _ => None,
    };
    match command {
        Command::Init(options) => init::run(&options, session),
        Command::New(options) => new::run(&options, session),
        Command::Config(ConfigCommand::Check(options)) => config_check::run(&options, session),
        Command::Info(options) => info::run(&options, session),
        Command::Completions(options) => completions::run(&options, session),
        Command::Man(options) => man::run(&options, session),
    }
}
