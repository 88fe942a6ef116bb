//! The server process of a throwaway cluster.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use super::account::ServerAccount;
use super::data::{folder_in, unreachable_program};
use super::{ClusterError, Shutdown, at};
use crate::postgres::programs::Programs;

/// How long a server may take to accept connections; it replays its log first when it was not shut down cleanly.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often its state is looked at meanwhile.
const GLANCE: Duration = Duration::from_millis(2);
/// How long a server may take to end before it is killed: after a fast shutdown, which writes a checkpoint, and after
/// an immediate one, which takes five seconds at the most unless the machine is overwhelmed. A killed one leaves its
/// processes behind for a moment, and with them the shared memory that keeps another from starting on its data.
const FAST_GRACE: Duration = Duration::from_secs(120);
const IMMEDIATE_GRACE: Duration = Duration::from_secs(30);

/// A running server.
#[derive(Debug)]
pub(super) struct Server {
    process: Child,
    folder: PathBuf,
}

impl Server {
    /// Starts the server of a cluster's folder.
    pub(super) fn spawn(
        programs: &Programs,
        account: Option<&ServerAccount>,
        folder: &Path,
    ) -> Result<Self, ClusterError> {
        let log = log_in(folder);
        let opened = File::options().create(true).append(true).open(&log).map_err(at("Opening the log", &log))?;
        let errors = opened.try_clone().map_err(at("Opening the log", &log))?;
        let mut command = Command::new(&programs.postgres);
        command
            .arg("-D")
            .arg(folder_in(folder))
            .stdin(Stdio::null())
            .stdout(opened)
            .stderr(errors)
            // A key pressed in the owner's terminal is not for the server.
            .process_group(0);
        for_server(&mut command, account);
        let process = command.spawn().map_err(|source| unreachable_program(&programs.postgres, account, source))?;
        Ok(Self { process, folder: folder.to_owned() })
    }

    pub(super) fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until the server says in its lock file that it accepts connections, as `pg_ctl` does. Stops it if it
    /// does not.
    pub(super) fn wait_until_ready(&mut self) -> Result<(), ClusterError> {
        let status_file = folder_in(&self.folder).join("postmaster.pid");
        let deadline = Instant::now() + PATIENCE;
        loop {
            if std::fs::read_to_string(&status_file).is_ok_and(|text| is_ready(&text, self.process_id())) {
                return Ok(());
            }
            if let Ok(Some(status)) = self.process.try_wait() {
                return Err(self.failure(format!("ended before it was ready ({status})")));
            }
            if Instant::now() >= deadline {
                self.signal(Signal::QUIT);
                self.wait(IMMEDIATE_GRACE);
                return Err(self.failure(format!("was not ready within {} s", PATIENCE.as_secs())));
            }
            std::thread::sleep(GLANCE);
        }
    }

    fn failure(&self, what: String) -> ClusterError {
        ClusterError::Server { what, log: end_of_log(&self.folder) }
    }

    /// Stops the server and waits for its end.
    pub(super) fn stop(mut self, shutdown: Shutdown) {
        let (signal, grace) = match shutdown {
            Shutdown::Fast => (Signal::INT, FAST_GRACE),
            Shutdown::Immediate => (Signal::QUIT, IMMEDIATE_GRACE),
        };
        self.signal(signal);
        self.wait(grace);
    }

    /// Lets the server run on without an owner.
    pub(super) fn leave(self) {
        drop(self.process);
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw);
        if let Some(id) = id {
            // Fails only when the process has ended, which is what is wanted.
            let _ = rustix::process::kill_process(id, signal);
        }
    }

    fn wait(&mut self, grace: Duration) {
        let deadline = Instant::now() + grace;
        while let Ok(None) = self.process.try_wait() {
            if Instant::now() >= deadline {
                self.signal(Signal::KILL);
                let _ = self.process.wait();
                return;
            }
            std::thread::sleep(GLANCE);
        }
    }
}

/// Whether a server's lock file says that it accepts connections. The first line holds the process, the eighth its
/// state; a server that was killed has left a file that is not this one's.
fn is_ready(lock_file: &str, process_id: u32) -> bool {
    let mut lines = lock_file.lines();
    lines.next().is_some_and(|line| line.trim().parse() == Ok(process_id))
        && lines.nth(6).is_some_and(|state| ["ready", "standby"].contains(&state.trim()))
}

/// Lets a program of the server run as its user, and unmoved by settings meant for clients.
pub(super) fn for_server(command: &mut Command, account: Option<&ServerAccount>) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("PG") || text == "LANGUAGE" {
            command.env_remove(&name);
        }
    }
    command.env("LC_ALL", "C").current_dir("/");
    if let Some(account) = account {
        account.run_as(command);
    }
}

/// Whether the path of a socket in this folder is short enough: 107 bytes on Linux, 103 elsewhere.
pub(super) fn socket_fits(folder: &Path) -> bool {
    let longest = if cfg!(target_os = "linux") { 107 } else { 103 };
    folder.join(".s.PGSQL.65535").as_os_str().len() <= longest
}

/// A port: one that is free on 127.0.0.1, or PostgreSQL's usual one where only a private socket bears it.
pub(super) fn choose_port(by_tcp: bool) -> Result<u16, ClusterError> {
    if !by_tcp {
        return Ok(5432);
    }
    let address = || at("Looking for a free port", Path::new("127.0.0.1"));
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).map_err(address())?;
    Ok(listener.local_addr().map_err(address())?.port())
}

/// Whether a server did not start because somebody else took its port.
pub(super) fn port_was_taken(error: &ClusterError) -> bool {
    matches!(error, ClusterError::Server { log, .. } if log.contains("Address already in use"))
}

fn log_in(folder: &Path) -> PathBuf {
    folder.join("server.log")
}

/// The last lines of a server's log.
pub(super) fn end_of_log(folder: &Path) -> String {
    let log = std::fs::read(log_in(folder)).unwrap_or_default();
    end_of(&String::from_utf8_lossy(&log))
}

/// The last lines of what a program said.
pub(super) fn end_of(text: &str) -> String {
    const LINES: usize = 15;
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("12\n/data\n1700000000\n5432\n/sock\n\n  5432001         0\nready   \n", true)]
    #[case("12\n/data\n1700000000\n5432\n/sock\n\n  5432001         0\nstandby \n", true)]
    #[case("12\n/data\n1700000000\n5432\n/sock\n\n  5432001         0\nstarting\n", false)]
    #[case("12\n/data\n1700000000\n", false)]
    #[case::of_one_that_was_killed("11\n/data\n1700000000\n5432\n/sock\n\n  5432001         0\nready   \n", false)]
    fn the_lock_file_tells_when_a_server_is_ready(#[case] text: &str, #[case] ready: bool) {
        assert_eq!(is_ready(text, 12), ready);
    }

    #[test]
    fn only_short_paths_can_hold_a_socket() {
        assert!(socket_fits(Path::new("/dev/shm/tidegate-abcdefgh")));
        assert!(!socket_fits(&Path::new("/tmp").join("x".repeat(100))));
    }
}
