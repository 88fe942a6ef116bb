//! Throwaway clusters: a real server of one's own, in a private folder, gone afterwards.

use std::path::{Path, PathBuf};

use super::programs::Programs;

/// What kind of throwaway cluster to start.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// Whose programs to run.
    pub programs: Programs,
    /// Whether commits reach the disk as on a real server (`fsync` and its kin on); off by default, for speed.
    pub durable: bool,
    /// Where to make the cluster's folder; `None` chooses a memory-backed folder with room, else the temporary folder.
    pub parent: Option<PathBuf>,
    /// Server settings on top, as in `postgresql.conf`.
    pub settings: Vec<(String, String)>,
    /// Lines of `pg_hba.conf` for connections by TCP on 127.0.0.1; with none, the server does not listen on TCP.
    pub tcp_access: Vec<String>,
}

impl ClusterOptions {
    /// A cluster that is fast and forgettable, reachable by its unix socket only.
    #[must_use]
    pub fn new(programs: Programs) -> Self {
        Self { programs, durable: false, parent: None, settings: Vec::new(), tcp_access: Vec::new() }
    }
}

/// A running throwaway cluster. Dropped, it is stopped and its folder removed; killed with `kill -9`, a watchdog does
/// so in its place.
#[derive(Debug)]
pub struct Cluster {}

/// Why a throwaway cluster could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Something in the file system is in the way.
    #[error("{what} failed at {}: {source}.", .path.display())]
    Folder {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl Cluster {
    /// Makes and starts a cluster; returns when it accepts connections. Blocks for as long as that takes.
    ///
    /// # Errors
    /// With what the server's log says.
    pub fn start(options: ClusterOptions) -> Result<Self, ClusterError> {
        let _ = options;
        unimplemented!()
    }

    /// Starts several clusters at once; `initdb` runs once for each version, the others are copies.
    ///
    /// # Errors
    /// The first that could not be started; the others are stopped then.
    pub fn start_all(options: Vec<ClusterOptions>) -> Result<Vec<Self>, ClusterError> {
        let _ = options;
        unimplemented!()
    }

    /// The folder of the unix socket: the `host` to connect to.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        unimplemented!()
    }

    /// The port, which is a part of the socket's name too.
    #[must_use]
    pub fn port(&self) -> u16 {
        unimplemented!()
    }

    /// The URL of one of its databases, for the superuser `postgres`, by the unix socket.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let _ = database;
        unimplemented!()
    }

    /// The folder that holds all of it.
    #[must_use]
    pub fn directory(&self) -> &Path {
        unimplemented!()
    }

    /// Leaves the server running and its folder in place when this value is dropped or this process ends.
    pub fn keep(&mut self) {
        unimplemented!()
    }

    /// Stops the server and removes the folder.
    pub fn stop(self) {}
}

/// Removes what throwaway clusters of dead owners have left: processes and folders. Returns the folders removed.
pub fn sweep() -> Vec<PathBuf> {
    unimplemented!()
}
