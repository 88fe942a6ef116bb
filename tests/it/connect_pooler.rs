//! A pooler in between: found out, and not harmed.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use tidegate::postgres::cluster::ThrowawayFolder;
use tidegate::postgres::{Connection, PoolMode, SessionOptions};

use crate::support::{PATIENCE, Server, resolved};

/// A running PgBouncer.
pub struct Pooler {
    process: Child,
    folder: ThrowawayFolder,
}

impl Pooler {
    /// Starts one before a server; `None`, said aloud, where none is installed.
    pub fn start(server: &Server, mode: &str) -> Option<Self> {
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"]
            .into_iter()
            .find(|program| std::path::Path::new(program).is_file());
        let Some(program) = program else {
            eprintln!("NOT TESTED: no pgbouncer on this machine, so poolers go untried");
            return None;
        };
        let folder = ThrowawayFolder::create(None).unwrap();
        let path = folder.path();
        let sockets = server.socket_dir().display();
        let settings = format!(
            "[databases]\n* = host={sockets} port={}\n[pgbouncer]\nunix_socket_dir = {}\nlisten_port = 6432\n\
             auth_type = any\nauth_file = {}\npool_mode = {mode}\nlogfile = {}\nadmin_users = postgres\n",
            server.port(),
            path.display(),
            path.join("users").display(),
            path.join("log").display(),
        )
        .replace("[databases]\n* =", "[databases]\npostgres =")
        .replace(&format!("port={}\n", server.port()), &format!("port={} user=postgres\n", server.port()));
        std::fs::write(path.join("users"), "\"postgres\" \"\"\n").unwrap();
        std::fs::write(path.join("settings"), settings).unwrap();
        let mut command = Command::new(program);
        if rustix::process::geteuid().is_root() {
            // It refuses to run as root, as the server does.
            let owner = server.data_directory().metadata().unwrap();
            for entry in [path.to_owned(), path.join("users"), path.join("settings")] {
                chown(entry, Some(owner.uid()), Some(owner.gid())).unwrap();
            }
            std::os::unix::process::CommandExt::uid(&mut command, owner.uid());
            std::os::unix::process::CommandExt::gid(&mut command, owner.gid());
        }
        let process = command.arg("--quiet").arg(path.join("settings")).stdin(Stdio::null()).spawn().unwrap();
        let pooler = Self { process, folder };
        pooler.wait_until_it_listens();
        Some(pooler)
    }

    fn wait_until_it_listens(&self) {
        let (socket, deadline) = (self.folder.path().join(".s.PGSQL.6432"), Instant::now() + PATIENCE);
        while UnixStream::connect(&socket).is_err() {
            assert!(Instant::now() < deadline, "the pooler does not listen");
            std::thread::yield_now();
        }
    }

    pub fn url(&self) -> String {
        format!("postgresql://postgres@/postgres?host={}&port=6432", self.folder.path().display())
    }

    /// Opens a connection through it.
    async fn open(&self, options: &SessionOptions) -> Connection {
        Connection::open(&resolved(&self.url()), options).await.unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_pooler_of_transactions_is_found_out_and_its_sessions_are_left_as_they_were() {
    let server = Server::own();
    let Some(pooler) = Pooler::start(&server, "transaction") else { return };
    let options = SessionOptions { read_only: true, ..SessionOptions::named("test") };
    let connection = pooler.open(&options).await;
    assert_eq!(connection.info().pooled, PoolMode::Transaction);
    // Whoever gets the server's process next must be able to write with it.
    assert!(psql(&server, &pooler.url(), "SHOW default_transaction_read_only").contains("off"));
}

#[tokio::test]
async fn a_pooler_of_sessions_is_one_to_work_with() {
    let server = Server::own();
    let Some(pooler) = Pooler::start(&server, "session") else { return };
    let connection = pooler.open(&SessionOptions::named("test")).await;
    assert_eq!(connection.info().pooled, PoolMode::Session);
    connection.canceller().cancel().await.unwrap();
}

fn psql(server: &Server, url: &str, query: &str) -> String {
    let program = tidegate::postgres::programs::find_client("psql", server.programs().version.major).unwrap();
    crate::support::Run::of(Command::new(program.path).args(["--no-psqlrc", "-At", "-c", query, url])).expect_success()
}
