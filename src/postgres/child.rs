//! Child processes that end when we say so, and that do not outlive us.
//!
//! `pg_dump` holds a lock on every table that it dumps: one that went on after its console was killed would stand in
//! the way of the very migration it was taken for. So each child runs in a process group of its own, beside a small
//! watcher of the shell that holds the reading end of a pipe from us. However we end, the pipe closes, and the watcher
//! ends the group.

use std::fmt;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};

/// What `sh` runs: the program, and the watcher that ends the group when our pipe closes. The shell itself stays
/// silent, survives SIGTERM so that it can report how the program ended, ends what the program left running, and hands
/// on its exit status.
const TETHER: &str = r#"
exec 3<&0 4>&2 </dev/null 2>/dev/null
trap : TERM
"$@" 2>&4 3<&- 4>&- &
child=$!
( trap - TERM; read -r _ <&3; kill -TERM 0 ) >/dev/null 4>&- &
wait "$child"; status=$?
while kill -0 "$child"; do wait "$child"; status=$?; done
trap '' TERM
kill -TERM 0
exit "$status"
"#;

/// How long a child may take to end by itself after SIGTERM before it is killed.
pub const GRACE: Duration = Duration::from_secs(5);

/// Longest line that is kept, in bytes; the rest of a longer one is dropped.
const LONGEST_LINE: usize = 4096;

/// A program running in its own process group, tied to our life. Standard input is empty. Dropped, it is killed.
#[derive(Debug)]
pub struct Child {
    process: tokio::process::Child,
    group: Option<Pid>,
    tether: Option<ChildStdin>,
    output: Option<Lines<ChildStdout>>,
    errors: Option<Lines<ChildStderr>>,
}

/// How a child may treat the files that it makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileModes {
    /// As the operator's own umask says.
    Inherited,
    /// For the operator alone: files 0600, folders 0700.
    Private,
}

impl Child {
    /// Starts the program of `command` with its arguments, folder and changes to the environment (`env_clear` leaves
    /// no trace in a command, so take variables away one by one). Standard output and standard error are read with [`Child::output`] and [`Child::errors`].
    ///
    /// # Errors
    /// When `sh` cannot be started. A program that cannot be is told by its exit status: 127 when there is none, 126
    /// when it cannot be executed.
    pub fn start(command: &std::process::Command, modes: FileModes) -> io::Result<Self> {
        let umask = match modes {
            FileModes::Inherited => "",
            FileModes::Private => "umask 077\n",
        };
        let mut tethered = std::process::Command::new("sh");
        tethered
            .arg("-c")
            .arg(format!("{umask}{TETHER}"))
            .arg("sh")
            .arg(command.get_program())
            .args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => tethered.env(name, value),
                None => tethered.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            tethered.current_dir(folder);
        }
        let mut process = Command::from(tethered)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        Ok(Self {
            group: process.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw),
            tether: process.stdin.take(),
            output: process.stdout.take().map(Lines::new),
            errors: process.stderr.take().map(Lines::new),
            process,
        })
    }

    /// What it writes to standard output; `None` once taken.
    pub fn output(&mut self) -> Option<Lines<ChildStdout>> {
        self.output.take()
    }

    /// What it writes to standard error; `None` once taken.
    pub fn errors(&mut self) -> Option<Lines<ChildStderr>> {
        self.errors.take()
    }

    /// Waits until it has ended; what it left running in its group has been sent SIGTERM then. May be given up and
    /// called again.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn wait(&mut self) -> io::Result<Ended> {
        let status = self.process.wait().await?;
        self.tether = None;
        Ok(status.into())
    }

    /// Ends it and whatever it started: SIGTERM, and SIGKILL for all of them if it is still there after five seconds.
    /// Returns when it has ended; to wait for what it started, [`Lines::drain`] its streams.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn terminate(&mut self) -> io::Result<Ended> {
        self.signal(Signal::TERM);
        let ended = match tokio::time::timeout(GRACE, self.process.wait()).await {
            Ok(ended) => ended,
            Err(_) => {
                self.signal(Signal::KILL);
                self.process.wait().await
            }
        }?;
        self.tether = None;
        Ok(ended.into())
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // The group may have ended by itself in this moment, which is what the signal is for.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Not yet reaped: the number cannot belong to another group.
        if self.process.id().is_some() {
            self.signal(Signal::KILL);
        }
    }
}

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With this exit status.
    Exit(i32),
    /// By this signal.
    Signal(i32),
}

impl Ended {
    /// Whether the exit status was 0.
    pub fn well(self) -> bool {
        self == Self::Exit(0)
    }
}

impl From<ExitStatus> for Ended {
    /// The shell reports a child that was killed by signal n as exit status 128 + n.
    fn from(status: ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt;
        match (status.code(), status.signal()) {
            (Some(code @ 129..=192), _) => Self::Signal(code - 128),
            (Some(code), _) => Self::Exit(code),
            (None, signal) => Self::Signal(signal.unwrap_or_default()),
        }
    }
}

impl fmt::Display for Ended {
    /// `ended with exit status 1`, `was killed by signal 9 (SIGKILL)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Exit(code) => write!(formatter, "ended with exit status {code}"),
            Self::Signal(signal) => {
                let name = match signal {
                    1 => " (SIGHUP)",
                    2 => " (SIGINT)",
                    6 => " (SIGABRT)",
                    9 => " (SIGKILL)",
                    11 => " (SIGSEGV)",
                    13 => " (SIGPIPE)",
                    15 => " (SIGTERM)",
                    25 => " (SIGXFSZ)",
                    _ => "",
                };
                write!(formatter, "was killed by signal {signal}{name}")
            }
        }
    }
}

/// The lines of a stream that may hold anything: bytes that are not UTF-8, lines without end, progress bars.
#[derive(Debug)]
pub struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    cut: bool,
}

impl<R: tokio::io::AsyncRead + Unpin> Lines<R> {
    /// Reads lines from `stream`.
    pub fn new(stream: R) -> Self {
        Self { reader: BufReader::new(stream), line: Vec::new(), cut: false }
    }

    /// The next line without its end; `None` at the end. Control characters are still in it, except that of a line
    /// overwritten with carriage returns only the last state is given. May be given up and called again.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn next(&mut self) -> io::Result<Option<String>> {
        loop {
            let available = self.reader.fill_buf().await?;
            if available.is_empty() {
                let last = !self.line.is_empty();
                return Ok(last.then(|| self.take()));
            }
            let end = available.iter().position(|&byte| byte == b'\n');
            let part = &available[..end.unwrap_or(available.len())];
            let room = LONGEST_LINE.saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            self.cut |= part.len() > room;
            let used = end.map_or(available.len(), |end| end + 1);
            self.reader.consume(used);
            if end.is_some() {
                return Ok(Some(self.take()));
            }
        }
    }

    /// Drops what is left, until no process holds the other end any more; gives up after five seconds. What a child
    /// had started ends a moment after it: this is how to wait for that.
    pub async fn drain(&mut self) {
        let end = async { while let Ok(Some(_)) = self.next().await {} };
        // A process that left the group may hold the other end for ever.
        let _ = tokio::time::timeout(GRACE, end).await;
    }

    fn take(&mut self) -> String {
        let line = std::mem::take(&mut self.line);
        let cut = std::mem::take(&mut self.cut);
        let line = line.trim_ascii_end();
        let start = line.iter().rposition(|&byte| byte == b'\r').map_or(0, |at| at + 1);
        let mut text = String::from_utf8_lossy(&line[start..]).into_owned();
        if cut {
            text.push('…');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(bytes: &[u8]) -> Vec<String> {
        let mut lines = Lines::new(bytes);
        let mut found = Vec::new();
        while let Some(line) = lines.next().await.expect("memory can be read") {
            found.push(line);
        }
        found
    }

    #[tokio::test]
    async fn lines_may_end_anyhow_and_hold_anything() {
        assert_eq!(
            lines(b"one\r\n\ntwo \xff\n10 %\r50 %\r100 %\nlast").await,
            ["one", "", "two \u{fffd}", "100 %", "last"]
        );
    }

    #[tokio::test]
    async fn a_line_without_end_is_cut() {
        let mut bytes = vec![b'x'; 3 * LONGEST_LINE];
        bytes.extend_from_slice(b"\nnext\n");
        let found = lines(&bytes).await;
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], format!("{}…", "x".repeat(LONGEST_LINE)));
        assert_eq!(found[1], "next");
    }

    fn command(program: &str, arguments: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(program);
        command.args(arguments);
        command
    }

    #[tokio::test]
    async fn the_exit_status_and_both_streams_arrive() {
        let script = "echo out; echo err >&2; read -r line || echo no input; exit 3";
        let mut child = Child::start(&command("sh", &["-c", script]), FileModes::Inherited).expect("starts");
        let mut output = child.output().expect("not taken");
        let mut errors = child.errors().expect("not taken");
        assert_eq!(output.next().await.unwrap().as_deref(), Some("out"));
        assert_eq!(output.next().await.unwrap().as_deref(), Some("no input"));
        assert_eq!(errors.next().await.unwrap().as_deref(), Some("err"));
        assert_eq!(child.wait().await.unwrap(), Ended::Exit(3));
        assert_eq!(errors.next().await.unwrap(), None);
        assert_eq!(output.next().await.unwrap(), None);
    }

    #[tokio::test]
    async fn terminating_ends_grandchildren_too() {
        let script = "sleep 600 & echo started; wait";
        let mut child = Child::start(&command("sh", &["-c", script]), FileModes::Inherited).expect("starts");
        let mut output = child.output().expect("not taken");
        assert_eq!(output.next().await.unwrap().as_deref(), Some("started"));
        assert_eq!(child.terminate().await.unwrap(), Ended::Signal(15));
        // The stream ends only when no process holds its other end any more.
        assert_eq!(output.next().await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_it_leaves_running_ends_with_it() {
        let script = "sleep 600 & echo started; exit 4";
        let mut child = Child::start(&command("sh", &["-c", script]), FileModes::Inherited).expect("starts");
        let mut output = child.output().expect("not taken");
        assert_eq!(output.next().await.unwrap().as_deref(), Some("started"));
        assert_eq!(child.wait().await.unwrap(), Ended::Exit(4));
        assert_eq!(output.next().await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_child_does_not_outlive_the_pipe_that_ties_it_to_us() {
        let mut child =
            Child::start(&command("sh", &["-c", "echo started; sleep 600"]), FileModes::Inherited).expect("starts");
        let mut output = child.output().expect("not taken");
        assert_eq!(output.next().await.unwrap().as_deref(), Some("started"));
        child.tether = None;
        assert_eq!(child.wait().await.unwrap(), Ended::Signal(15));
        assert_eq!(output.next().await.unwrap(), None);
    }

    #[tokio::test]
    async fn private_files_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("file");
        let script = command("sh", &["-c", ": > \"$1\"", "sh", &file.display().to_string()]);
        let mut child = Child::start(&script, FileModes::Private).expect("starts");
        assert!(child.wait().await.unwrap().well());
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn endings_read_as_words() {
        assert_eq!(Ended::Exit(1).to_string(), "ended with exit status 1");
        assert_eq!(Ended::Signal(9).to_string(), "was killed by signal 9 (SIGKILL)");
    }
}
