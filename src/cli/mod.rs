//! The subcommands: text or JSON instead of a screen.
//!
//! Each is one short file with its arguments and what it prints; [`args`] lists them, [`run`] hands over. They hold no
//! rules of their own: what they know comes from the floors below.

pub mod apply;
pub mod approvals;
pub mod approve;
pub mod args;
pub mod backup;
pub mod backups;
pub mod completions;
pub mod config_check;
pub mod demo;
pub mod drift;
pub mod environments;
pub mod error;
pub mod exit;
pub mod info;
pub mod init;
pub mod journals;
pub mod log;
pub mod man;
pub mod mark;
pub mod new;
pub mod output;
pub mod report;
pub mod resume;
pub mod review;
pub mod rollback;
pub mod status;
pub mod table;
pub mod terminal;
pub mod validate;
pub mod window;
pub mod wishes;
pub mod words;

use crate::config::{Config, Surroundings};
use crate::window::context::Context;

use args::{Arguments, Command, ConfigCommand, Global};
use demo::Demo;
pub use error::CommandError;
pub use exit::Exit;
use log::{Log, LogLayer};
use output::Output;

/// What every subcommand gets.
pub struct Session {
    /// The options that every subcommand has.
    pub global: Global,
    /// Environment variables, folders and user.
    pub surroundings: Surroundings,
    /// Standard output.
    pub output: Output,
    /// What is shown of the log beside its file, until the log is begun.
    pub log_layer: Option<LogLayer>,
}

impl Session {
    /// The configuration that the options and the place name.
    pub fn config(&self) -> Result<Config, CommandError> {
        Ok(Config::find(self.global.config.as_deref(), &self.surroundings)?)
    }
}

/// What is left to do when the command line is carried out as far as it can be here.
pub enum Outcome {
    /// Nothing.
    Ended(Exit),
    /// The console is to be opened.
    Console(Box<Opening>),
}

/// What the console is to be opened on.
pub struct Opening {
    /// The options that every subcommand has.
    pub global: Global,
    /// The configuration and the process's surroundings.
    pub context: Context,
    /// The demo that it is opened on, which ends with it.
    pub demo: Option<Demo>,
    /// Held to the end, so that the last lines reach the file.
    pub log: Log,
}

/// Carries the command line out, and says on standard error what stood in its way. What is logged goes to `log_layer`
/// as well as to the file.
pub fn run(arguments: Arguments, log_layer: LogLayer) -> Outcome {
    let surroundings = Surroundings::of_process();
    let color = arguments.global.color;
    let output = Output::stdout(color);
    let session = Session { global: arguments.global, surroundings, output, log_layer: Some(log_layer) };
    dispatch(arguments.command, session).unwrap_or_else(|error| {
        if !error.is_closed_pipe() {
            output::report(&error, color);
        }
        Outcome::Ended(error.exit())
    })
}

/// Prepares the console on the project at hand.
fn open(mut session: Session) -> Result<Outcome, CommandError> {
    let config = session.config()?;
    let log = log::start(&mut session)?;
    let context = Context::new(config, session.surroundings);
    Ok(Outcome::Console(Box::new(Opening { global: session.global, context, demo: None, log })))
}

fn dispatch(command: Option<Command>, mut session: Session) -> Result<Outcome, CommandError> {
    // Held to the end, so that the last lines reach the file.
    let _log = match command {
        Some(
            Command::New(_)
            | Command::Apply(_)
            | Command::Rollback(_)
            | Command::Resume(_)
            | Command::Backup(_)
            | Command::Validate(_)
            | Command::Mark(_)
            | Command::Review(_)
            | Command::Approve(_)
            | Command::Drift(_),
        ) => Some(log::start(&mut session)?),
        _ => None,
    };
    let exit = match command {
        None => return open(session),
        Some(Command::Demo(options)) => return demo::run(&options, session),
        Some(Command::Init(options)) => init::run(&options, &mut session),
        Some(Command::New(options)) => new::run(&options, &mut session),
        Some(Command::Status(options)) => status::run(&options, &mut session),
        Some(Command::Review(options)) => review::run(&options, &mut session),
        Some(Command::Drift(options)) => drift::run(&options, &mut session),
        Some(Command::Apply(options)) => apply::run(&options, &mut session),
        Some(Command::Rollback(options)) => rollback::run(&options, &mut session),
        Some(Command::Resume(options)) => resume::run(&options, &mut session),
        Some(Command::Backup(options)) => backup::run(&options, &mut session),
        Some(Command::Backups(options)) => backups::run(&options, &mut session),
        Some(Command::Validate(options)) => validate::run(&options, &mut session),
        Some(Command::Report(options)) => report::run(&options, &mut session),
        Some(Command::Mark(options)) => mark::run(&options, &mut session),
        Some(Command::Approve(options)) => approve::run(&options, &mut session),
        Some(Command::Approvals(options)) => approvals::run(&options, &mut session),
        Some(Command::Config(ConfigCommand::Check(options))) => config_check::run(&options, &mut session),
        Some(Command::Info(options)) => info::run(&options, &mut session),
        Some(Command::Completions(options)) => completions::run(&options, &mut session),
        Some(Command::Man(options)) => man::run(&options, &mut session),
    }?;
    session.output.finish()?;
    Ok(Outcome::Ended(exit))
}
