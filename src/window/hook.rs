//! Running the commands that a project hooks into a window: the announcement, its own validation.
//!
//! A hook is the operator's program and runs in the operator's name: in the project's root folder, in a process group
//! of its own, with empty standard input. It does not outlive the console, and what it leaves running ends with it.
//! Its environment is the operator's, with three changes:
//!
//! - Variables of libpq (`PGHOST` …) and of Tidegate are taken away, so that nothing leads it to another database than
//!   the window's.
//! - So are the variables that the config reads connection URLs and passwords from: a hook of staging has no business
//!   with production's.
//! - These are set:
//!
//! | variable | meaning |
//! | --- | --- |
//! | `TIDEGATE_ENVIRONMENT` | the environment's name in the config |
//! | `TIDEGATE_TIER` | `development`, `staging` or `production` |
//! | `TIDEGATE_WINDOW` | the window's id |
//! | `TIDEGATE_STEP` | `announce` or `validate` |
//! | `TIDEGATE_OPERATOR` | who runs the window |
//! | `PGHOST`, `PGPORT`, `PGUSER`, `PGDATABASE`, `PGSSLMODE` …, `PGPASSWORD` or `PGPASSFILE` | validate only: the environment's connection, for `psql` and every other program on libpq |

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::io::AsyncRead;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::config::{CommandLine, Config, Hook, Origin, PasswordSource, ProgramAccess, Tier};
use crate::migration::text::{printable, shortened};
use crate::postgres::child::{Child, Ended, FileModes, GRACE, Lines};

/// Lines of a hook that are passed on; what it writes beyond them is read and counted.
const LINES: u64 = 10_000;

/// Longest line that is passed on, in characters.
const LONGEST_LINE: usize = 500;

/// How many of its last lines the error of a failed hook carries.
const LAST_LINES: usize = 5;

/// The step that a hook belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HookStep {
    /// The announce step.
    Announce,
    /// The validate step.
    Validate,
}

impl HookStep {
    /// `announce` or `validate`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Announce => "announce",
            Self::Validate => "validate",
        }
    }
}

impl std::fmt::Display for HookStep {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.word())
    }
}

/// Where and for whom a hook runs.
#[derive(Debug, Clone, Copy)]
pub struct HookContext<'a> {
    /// The project's root folder.
    pub root: &'a Path,
    /// The environment's name.
    pub environment: &'a str,
    /// Its tier.
    pub tier: Tier,
    /// The step.
    pub step: HookStep,
    /// The window's id.
    pub window: &'a str,
    /// Who runs the window.
    pub operator: &'a str,
    /// The environment's connection, for a hook that may use it.
    pub access: Option<&'a ProgramAccess>,
    /// Variables that hold connection URLs and passwords, which no hook inherits.
    pub secret_variables: &'a [String],
}

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
    #[error("The {step} hook `{program}` was not found: {looked}. {advice}")]
    Missing {
        /// Its step.
        step: HookStep,
        /// The program's name, printable.
        program: String,
        /// Where it was looked for.
        looked: String,
        /// How to mend it.
        advice: String,
    },
    /// The file is there and cannot be executed.
    #[error("The {step} hook `{program}` cannot be executed: {why}. {advice}")]
    NotExecutable {
        /// Its step.
        step: HookStep,
        /// The file, printable.
        program: String,
        /// The system's words.
        why: String,
        /// How to mend it.
        advice: String,
    },
    /// It ran and reported failure.
    #[error("The {step} hook {status}. {said}")]
    Failed {
        /// Its step.
        step: HookStep,
        /// How it ended, in words.
        status: String,
        /// Its last lines, printable.
        said: String,
    },
    /// It ran longer than it may; it and its children were ended.
    #[error(
        "The {step} hook was ended because it ran longer than {allowed}. Give it more with `timeout`, or see why it hangs. {said}"
    )]
    TimedOut {
        /// Its step.
        step: HookStep,
        /// How long it may run, in words.
        allowed: String,
        /// Its last lines, printable.
        said: String,
    },
    /// The operator cancelled it; it and its children were ended.
    #[error("The {step} hook was cancelled, and its processes have ended.")]
    Cancelled {
        /// Its step.
        step: HookStep,
    },
}

/// The variables from which the config reads connection URLs and passwords, of every environment.
pub fn secret_variables(config: &Config) -> Vec<String> {
    let mut names = Vec::new();
    for environment in &config.environments {
        let source = &environment.connection;
        if let Origin::UrlVariable(name) = &source.origin {
            names.push(name.clone());
        }
        if let Some(PasswordSource::Variable(name)) = &source.password {
            names.push(name.clone());
        }
    }
    names
}

/// Runs a hook to its end. Whatever happens, no process of it is left when this returns.
///
/// # Errors
/// Each says what happened and how to mend it.
pub async fn run(
    hook: &Hook,
    context: &HookContext<'_>,
    events: &mpsc::Sender<HookEvent>,
    cancel: &CancellationToken,
) -> Result<HookOutcome, HookError> {
    let step = context.step;
    let command = command(hook, context)?;
    let begun = Instant::now();
    let deadline = tokio::time::Instant::now() + hook.timeout;
    let mut ear = Ear { events, cancel, deadline, heard: 0, last: VecDeque::new() };
    ear.tell(HookEvent::Started { command: printable(&hook.command.display()).into_owned() }).await;
    let broken = |error: io::Error| HookError::NotExecutable {
        step,
        program: printable(&hook.command.display()).into_owned(),
        why: error.to_string(),
        advice: "Try again.".to_owned(),
    };
    let mut child = Child::start(&command, FileModes::Inherited).map_err(broken)?;
    let (mut output, mut errors) = (child.output(), child.errors());
    let ended = loop {
        tokio::select! {
            biased;
            () = cancel.cancelled() => {
                child.terminate().await.map_err(broken)?;
                tokio::join!(drain(&mut output), drain(&mut errors));
                return Err(HookError::Cancelled { step });
            }
            () = tokio::time::sleep_until(deadline) => {
                child.terminate().await.map_err(broken)?;
                tokio::join!(drain(&mut output), drain(&mut errors));
                return Err(HookError::TimedOut { step, allowed: in_words(hook.timeout), said: ear.said() });
            }
            line = next(&mut output), if output.is_some() => ear.hear(HookStream::Output, line).await,
            line = next(&mut errors), if errors.is_some() => ear.hear(HookStream::Error, line).await,
            ended = child.wait() => break ended.map_err(broken)?,
        }
    };
    let rest = async {
        while output.is_some() || errors.is_some() {
            tokio::select! {
                line = next(&mut output), if output.is_some() => ear.hear(HookStream::Output, line).await,
                line = next(&mut errors), if errors.is_some() => ear.hear(HookStream::Error, line).await,
            }
        }
    };
    // A process that left the group may hold the other end for ever; what it says is not the hook's word.
    let _ = tokio::time::timeout(GRACE, rest).await;
    if ended.well() {
        Ok(HookOutcome { elapsed: begun.elapsed(), lines: ear.heard })
    } else {
        Err(HookError::Failed { step, status: status(ended), said: ear.said() })
    }
}

/// Waits until nobody writes to a stream any more.
async fn drain<R: AsyncRead + Unpin>(lines: &mut Option<Lines<R>>) {
    if let Some(lines) = lines {
        lines.drain().await;
    }
}

/// The next line of a stream; a stream that has ended, or cannot be read, is closed.
async fn next<R: AsyncRead + Unpin>(lines: &mut Option<Lines<R>>) -> Option<String> {
    let line = match lines {
        Some(lines) => lines.next().await.unwrap_or_default(),
        None => None,
    };
    if line.is_none() {
        *lines = None;
    }
    line
}

/// Listens to a hook and passes on what it says.
struct Ear<'a> {
    events: &'a mpsc::Sender<HookEvent>,
    cancel: &'a CancellationToken,
    deadline: tokio::time::Instant,
    heard: u64,
    last: VecDeque<String>,
}

impl Ear<'_> {
    async fn hear(&mut self, stream: HookStream, line: Option<String>) {
        let Some(line) = line else { return };
        self.heard += 1;
        let text = shortened(&printable(&line), LONGEST_LINE).into_owned();
        if !text.trim().is_empty() {
            if self.last.len() == LAST_LINES {
                self.last.pop_front();
            }
            self.last.push_back(text.clone());
        }
        match self.heard {
            ..=LINES => self.tell(HookEvent::Line { stream, text }).await,
            heard if heard == LINES + 1 => self.tell(HookEvent::Muted).await,
            _ => {}
        }
    }

    /// A slow listener is waited for, but not beyond the hook's time.
    async fn tell(&self, event: HookEvent) {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => {}
            () = tokio::time::sleep_until(self.deadline) => {}
            _ = self.events.send(event) => {}
        }
    }

    fn said(&self) -> String {
        if self.last.is_empty() {
            return "It said nothing.".to_owned();
        }
        let lines: Vec<&str> = self.last.iter().map(String::as_str).collect();
        format!("Its last words:\n{}", lines.join("\n"))
    }
}

fn status(ended: Ended) -> String {
    match ended {
        Ended::Exit(127) => "ended with exit status 127: a command that it calls, or the interpreter in its first \
                             line, does not exist"
            .to_owned(),
        Ended::Exit(126) => {
            "ended with exit status 126: a command that it calls may not be executed (chmod +x)".to_owned()
        }
        ended => ended.to_string(),
    }
}

/// The process to start, with its environment.
fn command(hook: &Hook, context: &HookContext<'_>) -> Result<Command, HookError> {
    if let CommandLine::Program(words) = &hook.command {
        let search = std::env::var_os("PATH").unwrap_or_default();
        find(words.first().map_or("", String::as_str), context, &search)?;
    }
    let mut command = hook.command.to_command(context.root);
    let inherited = std::env::vars_os().map(|(name, _)| name);
    let is_ours = |name: &OsStr| {
        let name = name.to_string_lossy();
        name.starts_with("PG") || name.starts_with("TIDEGATE_") || context.secret_variables.iter().any(|it| *it == name)
    };
    for name in inherited.filter(|name| is_ours(name)) {
        command.env_remove(name);
    }
    if let Some(access) = context.access {
        command.envs(access.variables().iter().map(|(name, value)| (name, value)));
    }
    command.envs([
        ("TIDEGATE_ENVIRONMENT", context.environment),
        ("TIDEGATE_TIER", context.tier.word()),
        ("TIDEGATE_WINDOW", context.window),
        ("TIDEGATE_STEP", context.step.word()),
        ("TIDEGATE_OPERATOR", context.operator),
    ]);
    Ok(command)
}

/// Sees that a program is there and may be executed, before anything is started.
fn find(program: &str, context: &HookContext<'_>, search: &OsStr) -> Result<(), HookError> {
    let step = context.step;
    let shown = printable(program).into_owned();
    let is_executable = |path: &Path| {
        path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    };
    if !program.contains('/') {
        if std::env::split_paths(search).any(|folder| is_executable(&context.root.join(folder).join(program))) {
            return Ok(());
        }
        return Err(HookError::Missing {
            step,
            program: shown.clone(),
            looked: "no folder in PATH holds it".to_owned(),
            advice: format!(
                "Install it, or write `./{shown}` under `[environment.hooks]` if it is a file of the project."
            ),
        });
    }
    let path = context.root.join(program);
    match path.metadata() {
        Ok(metadata) if !metadata.is_file() => Err(HookError::NotExecutable {
            step,
            program: shown,
            why: "it is not a file".to_owned(),
            advice: "Name the program itself under `[environment.hooks]`.".to_owned(),
        }),
        Ok(_) if is_executable(&path) => Ok(()),
        Ok(_) => Err(HookError::NotExecutable {
            step,
            why: "it lacks the permission to execute".to_owned(),
            advice: format!("Give it with: chmod +x {shown}"),
            program: shown,
        }),
        Err(error) => Err(HookError::Missing {
            step,
            program: shown,
            looked: format!("{} ({error})", printable(&path.to_string_lossy())),
            advice: "Paths start from the project's root folder; mend the path under `[environment.hooks]`.".to_owned(),
        }),
    }
}

/// A time limit for people: `10 min`, `30 s`, `1500 ms`.
fn in_words(limit: Duration) -> String {
    match limit.as_millis() {
        milliseconds if milliseconds % 1000 != 0 => format!("{milliseconds} ms"),
        milliseconds if milliseconds % 60_000 != 0 || milliseconds == 0 => format!("{} s", milliseconds / 1000),
        milliseconds => format!("{} min", milliseconds / 60_000),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn variables_that_hold_secrets_are_known() {
        let text = "[[environment]]\nname = \"staging\"\ntier = \"staging\"\nurl_env = \"STAGING_URL\"\n\
                    [[environment]]\nname = \"production\"\ntier = \"production\"\nhost = \"db\"\n\
                    password_env = \"PRODUCTION_PASSWORD\"\n";
        let config = Config::parse(text, Path::new("/p/tidegate.toml")).expect("valid");
        assert_eq!(secret_variables(&config), ["STAGING_URL", "PRODUCTION_PASSWORD"]);
    }

    #[rstest]
    #[case(Duration::from_secs(600), "10 min")]
    #[case(Duration::from_secs(90), "90 s")]
    #[case(Duration::from_millis(1500), "1500 ms")]
    #[case(Duration::ZERO, "0 s")]
    fn limits_read_well(#[case] limit: Duration, #[case] words: &str) {
        assert_eq!(in_words(limit), words);
    }
}
