//! Running a program to its end.

use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;

use super::PATIENCE;

/// What came of running a program.
#[derive(Debug)]
pub struct Run {
    pub status: ExitStatus,
    pub output: String,
    pub errors: String,
}

impl Run {
    /// Runs a program without input; kills it, and the test, if it does not come to an end.
    pub fn of(command: &mut Command) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let process = child.id();
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || sender.send(child.wait_with_output()));
        let Ok(output) = receiver.recv_timeout(PATIENCE) else {
            kill(process);
            panic!("{command:?} did not end within {} s", PATIENCE.as_secs());
        };
        let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self {
            status: output.status,
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The exit status as a number; a signal is none.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// What it printed, provided that it succeeded.
    pub fn expect_success(self) -> String {
        assert!(self.status.success(), "{}\n{}\n{}", self.status, self.output, self.errors);
        self.output
    }
}

fn kill(process: u32) {
    let process = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(process) = process {
        let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
    }
}
