//! Throwaway clusters: a real server of one's own, in a private folder, gone afterwards.
//!
//! For the demo, for trying migrations, and for tests. The server is this machine's own PostgreSQL, reachable by a
//! unix socket in a folder that only its user may enter. It must not outlive its owner, however that one ends: beside
//! it runs a watchdog (see [`folder`]), and what even that one could not remove, the next start sweeps away.

pub mod account;
mod data;
pub mod folder;
mod server;
mod sweep;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::programs::Programs;
use account::ServerAccount;
pub use data::Template;
pub use folder::ThrowawayFolder;
use server::Server;
pub use sweep::sweep;

/// The superuser of a throwaway cluster.
pub const SUPERUSER: &str = "postgres";

/// What kind of throwaway cluster to start.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// Whose programs to run.
    pub programs: Programs,
    /// Whether commits reach the disk as on a real server (`fsync` and its kin on); off by default, for speed.
    pub durable: bool,
    /// Where to make the cluster's folder; `None` chooses a memory-backed folder with room (never for a durable
    /// cluster), else the temporary folder.
    pub parent: Option<PathBuf>,
    /// The data directory to start from instead of a new one: a template of [`Template`], or a base backup. It is
    /// copied; no server may be running on it.
    pub template: Option<PathBuf>,
    /// Server settings on top, as in `postgresql.conf`.
    pub settings: Vec<(String, String)>,
    /// Lines of `pg_hba.conf` for connections by TCP on 127.0.0.1; with none, the server does not listen on TCP.
    pub tcp_access: Vec<String>,
}

impl ClusterOptions {
    /// A cluster that is fast and forgettable, reachable by its unix socket only.
    #[must_use]
    pub fn new(programs: Programs) -> Self {
        Self { programs, durable: false, parent: None, template: None, settings: Vec::new(), tcp_access: Vec::new() }
    }
}

/// How a server is stopped (PostgreSQL documentation: "Shutting Down the Server").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// Sessions are ended, transactions rolled back, everything written out.
    Fast,
    /// The server ends at once and recovers at its next start, as after a power failure.
    Immediate,
}

/// A running throwaway cluster. Dropped, it is stopped and its folder removed; when its owner is killed, a watchdog
/// does so in its place.
///
/// Blocking throughout: from asynchronous code, start it on a thread that may block.
#[derive(Debug)]
pub struct Cluster {
    // Before the folder, so that the server ends before its folder goes.
    server: Option<Server>,
    port: u16,
    programs: Programs,
    account: Option<Arc<ServerAccount>>,
    socket_folder: Option<ThrowawayFolder>,
    folder: ThrowawayFolder,
}

/// Why a throwaway cluster could not be started. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Something in the file system is in the way.
    #[error("{what} failed at {}: {source}. No database was started.", .path.display())]
    Folder {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// PostgreSQL refuses to run as root, and there is nobody to run it instead.
    #[error(
        "PostgreSQL refuses to run as root, and this machine has neither a user \"postgres\" nor \"nobody\" to run it \
         as. Start Tidegate as an ordinary user."
    )]
    NoAccount,
    /// The program cannot be run by the user it must run as.
    #[error(
        "{} cannot be run as user \"{account}\": {source}. Choose programs that this user may reach with \
         TIDEGATE_PG_BIN, or start Tidegate as an ordinary user.",
        .program.display()
    )]
    OutOfReach {
        /// The program.
        program: PathBuf,
        /// The user.
        account: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A program could not be run.
    #[error("{} could not be run: {source}.", .program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// `initdb` failed.
    #[error("initdb could not make a new database cluster ({status}). It says:\n{output}")]
    Initdb {
        /// How it ended.
        status: String,
        /// What it printed last.
        output: String,
    },
    /// The server ended, or did not become ready in time.
    #[error("The throwaway server {what}. Its log ends:\n{log}")]
    Server {
        /// What it did.
        what: String,
        /// The end of its log.
        log: String,
    },
}

/// Adds to an I/O error what was tried and where.
fn at<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(std::io::Error) -> ClusterError + 'a {
    move |source| ClusterError::Folder { what, path: path.to_owned(), source }
}

impl Cluster {
    /// Makes and starts a cluster; returns when it accepts connections.
    ///
    /// # Errors
    /// With what the server's log says.
    pub fn start(options: ClusterOptions) -> Result<Self, ClusterError> {
        let prepared = Prepared::make(options)?;
        prepared.fill()?;
        prepared.launch()
    }

    /// Starts several clusters at once; `initdb` runs once for each installation, the others are copies.
    ///
    /// # Errors
    /// The first that could not be started; the others are stopped then.
    pub fn start_all(options: Vec<ClusterOptions>) -> Result<Vec<Self>, ClusterError> {
        let mut prepared: Vec<Prepared> = Vec::with_capacity(options.len());
        for mut options in options {
            // A copy of a neighbour that is filled, and not started yet, is as good as new.
            if options.template.is_none() {
                let same =
                    |other: &&Prepared| other.options.template.is_none() && other.options.programs == options.programs;
                options.template = prepared.iter().find(same).map(Prepared::data);
            }
            let next = Prepared::make(options)?;
            next.fill()?;
            prepared.push(next);
        }
        let started: Vec<Result<Self, ClusterError>> = std::thread::scope(|scope| {
            let threads: Vec<_> = prepared.into_iter().map(|prepared| scope.spawn(|| prepared.launch())).collect();
            threads
                .into_iter()
                .map(|thread| match thread.join() {
                    Ok(started) => started,
                    Err(panic) => std::panic::resume_unwind(panic),
                })
                .collect()
        });
        started.into_iter().collect()
    }

    /// The folder of the unix socket: the `host` to connect to.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        self.socket_folder.as_ref().unwrap_or(&self.folder).path()
    }

    /// The port: a part of the socket's name, and that on 127.0.0.1 if the cluster listens there.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of one of its databases, for [`SUPERUSER`], by the unix socket; no password is asked.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        self.url_as(SUPERUSER, database)
    }

    /// The URL of one of its databases, for one of its roles, by the unix socket; no password is asked.
    #[must_use]
    pub fn url_as(&self, user: &str, database: &str) -> String {
        format!(
            "postgresql://{}@/{}?host={}&port={}",
            percent_encoded(user),
            percent_encoded(database),
            percent_encoded(&self.socket_dir().to_string_lossy()),
            self.port
        )
    }

    /// The folder that holds all of it.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.folder.path()
    }

    /// The server's data directory.
    #[must_use]
    pub fn data_directory(&self) -> PathBuf {
        data::folder_in(self.folder.path())
    }

    /// The programs that it runs.
    #[must_use]
    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    /// The end of the server's log.
    #[must_use]
    pub fn log(&self) -> String {
        server::end_of_log(self.folder.path())
    }

    /// The process of the server (the "postmaster"); `None` while it is halted.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.server.as_ref().map(Server::process_id)
    }

    /// Stops the server and leaves its data, so that [`Cluster::resume`] can start it again.
    pub fn halt(&mut self, shutdown: Shutdown) {
        if let Some(server) = self.server.take() {
            server.stop(shutdown);
            self.folder.watch_server(None);
        }
    }

    /// Starts a halted server again, on the same data, socket and port. Does nothing if it runs.
    ///
    /// # Errors
    /// With what the server's log says.
    pub fn resume(&mut self) -> Result<(), ClusterError> {
        if self.server.is_none() {
            let mut server = Server::spawn(&self.programs, self.account.as_deref(), self.folder.path())?;
            self.folder.watch_server(Some(server.process_id()));
            server.wait_until_ready()?;
            self.server = Some(server);
        }
        Ok(())
    }

    /// Leaves the server running and its folder in place, whatever happens to this value and its process. Returns the
    /// command, word by word, that stops the server.
    ///
    /// # Errors
    /// The mark that keeps others from sweeping it away could not be written.
    pub fn keep(mut self) -> Result<Vec<String>, ClusterError> {
        self.folder.keep()?;
        if let Some(folder) = &mut self.socket_folder {
            folder.keep()?;
        }
        if let Some(server) = self.server.take() {
            server.leave();
        }
        let words = [
            self.programs.bin.join("pg_ctl").display().to_string(),
            "--pgdata".to_owned(),
            self.data_directory().display().to_string(),
            "stop".to_owned(),
        ];
        let as_account = self.account.iter().flat_map(|account| account.prefix());
        Ok(as_account.chain(words).collect())
    }

    /// Stops the server and removes the folder, as dropping it does.
    pub fn stop(self) {}
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // What it has written is about to go: no need to wait for a checkpoint.
        self.halt(Shutdown::Immediate);
    }
}

/// A cluster whose folder exists.
struct Prepared {
    options: ClusterOptions,
    account: Option<Arc<ServerAccount>>,
    folder: ThrowawayFolder,
    socket_folder: Option<ThrowawayFolder>,
}

impl Prepared {
    fn make(options: ClusterOptions) -> Result<Self, ClusterError> {
        let account = ServerAccount::needed()?.map(Arc::new);
        let parent = match &options.parent {
            Some(parent) => parent.clone(),
            None => folder::best_parent(!options.durable),
        };
        let folder = ThrowawayFolder::create_for(&parent, account.as_deref())?;
        let socket_folder = if server::socket_fits(folder.path()) {
            None
        } else {
            Some(ThrowawayFolder::create_for(Path::new("/tmp"), account.as_deref())?)
        };
        Ok(Self { options, account, folder, socket_folder })
    }

    fn data(&self) -> PathBuf {
        data::folder_in(self.folder.path())
    }

    fn fill(&self) -> Result<(), ClusterError> {
        match &self.options.template {
            Some(template) => data::copy(template, &self.data(), self.account.as_deref()),
            None => data::initialise(&self.options.programs, self.folder.path(), self.account.as_deref()),
        }
    }

    /// Starts the server, on another port if somebody was faster to take the one chosen.
    fn launch(self) -> Result<Cluster, ClusterError> {
        let Self { options, account, folder, socket_folder } = self;
        let mut cluster =
            Cluster { server: None, port: 0, programs: options.programs.clone(), account, socket_folder, folder };
        let mut attempts_left = if options.tcp_access.is_empty() { 1 } else { 5 };
        loop {
            cluster.port = server::choose_port(!options.tcp_access.is_empty())?;
            data::configure(
                cluster.folder.path(),
                cluster.socket_dir(),
                cluster.port,
                &options,
                cluster.account.as_deref(),
            )?;
            attempts_left -= 1;
            match cluster.resume() {
                Ok(()) => return Ok(cluster),
                Err(error) if attempts_left == 0 => return Err(error),
                Err(error) => {
                    if !server::port_was_taken(&error) {
                        return Err(error);
                    }
                }
            }
        }
    }
}

/// Percent-encodes what may not stand in a part of a URL.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_kind_fit_into_a_url() {
        assert_eq!(percent_encoded("my db?"), "my%20db%3F");
        assert_eq!(percent_encoded("é@x"), "%C3%A9%40x");
        assert_eq!(percent_encoded("/dev/shm/tidegate-1"), "/dev/shm/tidegate-1");
    }
}
