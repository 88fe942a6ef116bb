//! Commands of the project that Tidegate runs: hooks of a window, and commands that print a URL or a password.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The project's own commands for an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hooks {
    /// Runs in the announce step.
    pub announce: Option<Hook>,
    /// Runs at the end of the validate step; a failure of it fails the step.
    pub validate: Option<Hook>,
}

/// One command of the project, and how long it may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// What to run.
    pub command: CommandLine,
    /// After this it is ended and counts as failed.
    pub timeout: Duration,
}

impl Hook {
    /// How long a hook may take when the configuration does not say.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10 * 60);
}

/// A command as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandLine {
    /// A text for `sh -c`.
    Shell(String),
    /// A program and its arguments, run without a shell; never empty.
    Program(Vec<String>),
}

impl CommandLine {
    /// The process to start, in the project's folder.
    pub fn to_command(&self, folder: &Path) -> Command {
        let mut command = match self {
            Self::Shell(text) => {
                let mut shell = Command::new("sh");
                shell.arg("-c").arg(text);
                shell
            }
            Self::Program(words) => {
                let mut words = words.iter();
                let mut program = Command::new(words.next().map_or("", String::as_str));
                program.args(words);
                program
            }
        };
        command.current_dir(folder);
        command
    }

    /// The command as an operator would recognise it.
    pub fn display(&self) -> String {
        match self {
            Self::Shell(text) => text.clone(),
            Self::Program(words) => words.join(" "),
        }
    }
}
