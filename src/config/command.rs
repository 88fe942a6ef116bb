//! Commands of the project: as configured, as a process, and run for what they print.

use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::secret::Secret;
use crate::migration::text::{printable, shortened};

/// A command as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandLine {
    /// A text for `sh -c`.
    Shell(String),
    /// A program and its arguments, run without a shell; never empty.
    Program(Vec<String>),
}

/// Why a command did not print what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// It could not be started.
    #[error("cannot be started: {0}")]
    Start(String),
    /// It took too long and was ended.
    #[error("did not end within {}", super::units::show_duration(*.0))]
    TimedOut(Duration),
    /// It said that it failed.
    #[error("failed ({status}){}", said(.complaint))]
    Failed {
        /// `exit status: 1`.
        status: String,
        /// The last line of its standard error, safe to show.
        complaint: String,
    },
    /// It succeeded, but printed nothing.
    #[error("printed nothing")]
    Nothing,
    /// It printed something that no URL or password is.
    #[error("printed something that is not one line of UTF-8 text")]
    NotText,
}

fn said(complaint: &str) -> String {
    if complaint.is_empty() { String::new() } else { format!(": {complaint}") }
}

/// The most that a command may print; a URL or a password is far shorter.
const MOST_OUTPUT: u64 = 64 * 1024;

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

    /// The command as an operator would recognise it, safe to show.
    pub fn display(&self) -> String {
        match self {
            Self::Shell(text) => printable(text).into_owned(),
            Self::Program(words) => printable(&words.join(" ")).into_owned(),
        }
    }

    /// Runs the command and takes the one line that it prints, without blanks around it. After `timeout` it is ended
    /// together with what it started.
    pub fn capture(&self, folder: &Path, timeout: Duration) -> Result<Secret, CaptureError> {
        let child = self
            .to_command(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| CaptureError::Start(error.to_string()))?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let (finished, outcome) = mpsc::sync_channel(1);
        thread::spawn(move || finished.send(wait(child)));
        let Ok(ended) = outcome.recv_timeout(timeout) else {
            if let Some(group) = group {
                // It may have ended in this very moment; then there is no group left to end.
                let _ = kill_process_group(group, Signal::KILL);
            }
            return Err(CaptureError::TimedOut(timeout));
        };
        let (status, output, complaints) = ended.map_err(|error| CaptureError::Start(error.to_string()))?;
        if !status.success() {
            let complaints = String::from_utf8_lossy(&complaints);
            let last = complaints.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
            let complaint = shortened(&printable(last.trim()), 200).into_owned();
            return Err(CaptureError::Failed { status: status.to_string(), complaint });
        }
        let text = std::str::from_utf8(&output).map_err(|_| CaptureError::NotText)?.trim();
        match text {
            "" => Err(CaptureError::Nothing),
            text if text.contains(char::is_control) => Err(CaptureError::NotText),
            text => Ok(Secret::new(text)),
        }
    }
}

/// Reads both outputs to their ends, so that the child never blocks on a full pipe, and waits for it.
fn wait(mut child: Child) -> io::Result<(ExitStatus, zeroize::Zeroizing<Vec<u8>>, Vec<u8>)> {
    let complaints = child.stderr.take().map(|pipe| thread::spawn(move || read_some(pipe)));
    let output = child.stdout.take().map(read_some).unwrap_or_default();
    let complaints = complaints.and_then(|reader| reader.join().ok()).unwrap_or_default();
    Ok((child.wait()?, zeroize::Zeroizing::new(output), complaints))
}

fn read_some(mut pipe: impl Read) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4096);
    // What could be read before an error still tells more than nothing.
    let _ = pipe.by_ref().take(MOST_OUTPUT).read_to_end(&mut bytes);
    let _ = io::copy(&mut pipe, &mut io::sink());
    bytes
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use rstest::rstest;

    use super::{CaptureError, CommandLine, Secret};

    fn capture(script: &str, timeout: Duration) -> Result<Secret, CaptureError> {
        CommandLine::Shell(script.into()).capture(Path::new("/"), timeout)
    }

    #[rstest]
    #[case::trimmed("printf '  secret \\n\\n'", Ok(Secret::new("secret")))]
    #[case::nothing("true", Err(CaptureError::Nothing))]
    #[case::two_lines("printf 'a\\nb'", Err(CaptureError::NotText))]
    #[case::not_utf8("printf '\\377'", Err(CaptureError::NotText))]
    #[case::failed(
        "echo first >&2; printf 'no such \\033[31msecret' >&2; exit 3",
        Err(CaptureError::Failed { status: "exit status: 3".into(), complaint: "no such \\x1b[31msecret".into() })
    )]
    #[case::floods_standard_error("head -c 300000 /dev/zero >&2; echo ok", Ok(Secret::new("ok")))]
    fn the_one_line_that_it_prints_counts(#[case] script: &str, #[case] expected: Result<Secret, CaptureError>) {
        assert_eq!(capture(script, Duration::from_secs(60)), expected);
    }

    #[test]
    fn a_command_that_hangs_is_ended() {
        let timeout = Duration::from_millis(50);
        assert_eq!(capture("sleep 1000 & wait", timeout), Err(CaptureError::TimedOut(timeout)));
    }

    #[test]
    fn a_program_gets_its_arguments_without_a_shell() {
        let command = CommandLine::Program(vec!["printf".into(), "%s".into(), "a b $HOME".into()]);
        assert_eq!(command.capture(Path::new("/"), Duration::from_secs(60)), Ok(Secret::new("a b $HOME")));
    }

    #[test]
    fn a_program_that_does_not_exist_is_told() {
        let outcome =
            CommandLine::Program(vec!["/nowhere/vault".into()]).capture(Path::new("/"), Duration::from_secs(60));
        assert!(matches!(outcome, Err(CaptureError::Start(_))));
    }
}
