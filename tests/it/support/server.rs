//! Real servers and a database for each test.

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tidegate::config::{Config, Surroundings, Target};
use tidegate::postgres::cluster::{Cluster, ClusterOptions, SUPERUSER, Template};
use tidegate::postgres::programs::{Programs, find_client, find_servers};
use tidegate::postgres::{Connection, SessionOptions};

use super::Run;

/// A throwaway server. That of [`Server::shared`] serves the whole run, with a database for each test; a test that
/// stops its server, or needs it set up in another way, starts its own from the run's template.
pub struct Server(Cluster);

struct Installation {
    programs: Programs,
    template: Template,
}

/// The newest installation on this machine, or the one that `TIDEGATE_PG_BIN` names, and a data directory made by it.
static INSTALLATION: LazyLock<Installation> = LazyLock::new(|| {
    let programs = find_servers()
        .into_iter()
        .next()
        .expect("these tests need PostgreSQL's server programs; install them, or name their folder in TIDEGATE_PG_BIN");
    let template = Template::create(&programs).unwrap_or_else(|error| panic!("{error}"));
    Installation { programs, template }
});

static SHARED: LazyLock<Server> = LazyLock::new(|| Server::own_with(|_| {}));

/// The setting of a server whose commits wait for its disk; for speed, test servers do not.
pub fn waiting_for_the_disk() -> (String, String) {
    ("synchronous_commit".to_owned(), "on".to_owned())
}

impl Server {
    /// The server that all tests share. Nobody may stop it, or change what concerns more than one database.
    pub fn shared() -> &'static Self {
        &SHARED
    }

    /// A server of the test's own.
    pub fn own() -> Self {
        Self::own_with(|_| {})
    }

    /// A server of the test's own, set up as the test needs it.
    pub fn own_with(set_up: impl FnOnce(&mut ClusterOptions)) -> Self {
        let installation = &*INSTALLATION;
        let mut options = ClusterOptions::new(installation.programs.clone());
        options.template = Some(installation.template.data());
        options.settings.push(("max_connections".to_owned(), "200".to_owned()));
        set_up(&mut options);
        Self(Cluster::start(options).unwrap_or_else(|error| panic!("{error}")))
    }

    /// A new, empty database.
    pub fn fresh_database(&self) -> TestDatabase {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.database_named(&name)
    }

    /// A new, empty database of this name.
    pub fn database_named(&self, name: &str) -> TestDatabase {
        // Copying files is the faster way where nothing needs to reach a disk; from 15 on there is a choice.
        let strategy = if self.programs().version.major >= 15 { " STRATEGY file_copy" } else { "" };
        let administrative_url = self.url("postgres");
        run(&administrative_url, &format!("CREATE DATABASE {} TEMPLATE template0{strategy}", quoted(name)));
        TestDatabase {
            name: name.to_owned(),
            url: self.url(name),
            administrative_url,
            major: self.programs().version.major,
        }
    }

    /// A standby that follows it, with everything that it has by now.
    pub fn standby(&self) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let copy = folder.path().join("base");
        let program = find_client("pg_basebackup", self.programs().version.major);
        let mut backup = Command::new(program.unwrap_or_else(|error| panic!("{error}")).path);
        backup.args(["--dbname", &self.url(""), "--checkpoint", "fast", "--write-recovery-conf", "--no-sync"]);
        Run::of(backup.arg("--pgdata").arg(&copy)).expect_success();
        Self::own_with(|options| options.template = Some(copy))
    }

    /// Runs statements in the database `postgres`, as its superuser.
    pub fn execute(&self, statements: &str) {
        run(&self.url("postgres"), statements);
    }
}

impl Deref for Server {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.0
    }
}

impl DerefMut for Server {
    fn deref_mut(&mut self) -> &mut Cluster {
        &mut self.0
    }
}

/// Every installation that the run is to be tried with: those whose folders `TIDEGATE_TEST_PG_BINS` lists (separated
/// like a search path), else the newest one on this machine.
pub fn every_installation() -> Vec<Programs> {
    match std::env::var_os("TIDEGATE_TEST_PG_BINS") {
        None => vec![INSTALLATION.programs.clone()],
        Some(folders) => std::env::split_paths(&folders)
            .map(|folder| {
                Programs::in_folder(&folder).unwrap_or_else(|| panic!("no server programs in {}", folder.display()))
            })
            .collect(),
    }
}

/// A database of one test, dropped at its end.
pub struct TestDatabase {
    name: String,
    url: String,
    administrative_url: String,
    major: u32,
}

impl TestDatabase {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its URL, for the superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where Tidegate is to connect, worked out from a configuration that names its URL.
    pub fn target(&self) -> Target {
        resolved(&self.url)
    }

    /// A session of Tidegate's own.
    pub async fn connect(&self) -> Connection {
        let opened = Connection::open(&self.target(), &SessionOptions::named("test")).await;
        opened.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs statements, on a session of their own.
    pub fn execute(&self, statements: &str) {
        run(&self.url, statements);
    }

    /// What a query returns, as text; NULL as `None`.
    pub fn rows(&self, query: &str) -> Vec<Vec<Option<String>>> {
        run(&self.url, query)
    }

    /// The one value that a query returns, as text; NULL as an empty one.
    pub fn value(&self, query: &str) -> String {
        let rows = self.rows(query);
        let [row] = rows.as_slice() else { panic!("{query}: {} rows", rows.len()) };
        row.first().cloned().flatten().unwrap_or_default()
    }

    /// `psql` on this database, without the caller's habits.
    pub fn psql(&self) -> Command {
        let program = find_client("psql", self.major).unwrap_or_else(|error| panic!("{error}"));
        let mut command = Command::new(program.path);
        command.args(["--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--dbname", &self.url]);
        command
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // A test may have stopped its server; then the database goes with that one's folder.
        let _ = try_run(&self.administrative_url, &format!("DROP DATABASE {} WITH (FORCE)", quoted(&self.name)));
    }
}

/// Where a URL leads, as if a configuration named it for a development environment.
pub fn resolved(url: &str) -> Target {
    let text = format!("[[environment]]\nname = \"test\"\ntier = \"development\"\nurl = {url:?}\n");
    let root = Path::new("/");
    let config = Config::parse(&text, &root.join("tidegate.toml")).unwrap_or_else(|error| panic!("{error}"));
    let user = Some(SUPERUSER.to_owned());
    let surroundings = Surroundings { user, ..Surroundings::default() };
    let resolution = config.environments[0].resolve(root, &surroundings);
    resolution.unwrap_or_else(|error| panic!("{error}")).target
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn run(url: &str, statements: &str) -> Vec<Vec<Option<String>>> {
    try_run(url, statements).unwrap_or_else(|error| panic!("{statements}\n{error:?}"))
}

/// Runs statements on a session of their own, from asynchronous and other tests alike.
fn try_run(url: &str, statements: &str) -> Result<Vec<Vec<Option<String>>>, tokio_postgres::Error> {
    let work = async {
        let (client, driver) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
        let carrier = tokio::spawn(driver);
        let answer = client.simple_query(statements).await;
        drop(client);
        let _ = carrier.await;
        let rows = answer?.into_iter().filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect())
            }
            _ => None,
        });
        Ok(rows.collect())
    };
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be built").block_on(work)
        });
        worker.join().expect("the statements' thread ends")
    })
}
