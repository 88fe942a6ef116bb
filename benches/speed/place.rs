//! A durable server on disk, and how programs reach it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tidegate::config::{Config, Surroundings, Target};
use tidegate::postgres::cluster::{Cluster, ClusterOptions};
use tidegate::postgres::programs::{find_client, find_servers};

/// Where everything is measured.
pub struct Place {
    cluster: Cluster,
    folder: tempfile::TempDir,
    psql: PathBuf,
}

impl Place {
    /// Starts a server with PostgreSQL's own settings, durable ones, on the disk of the target folder.
    pub fn new() -> Self {
        let programs = find_servers().into_iter().next().expect("the measurements need PostgreSQL's server programs");
        let major = programs.version.major;
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder can be made");
        let mut options = ClusterOptions::new(programs);
        options.durable = true;
        // The server may run as another user, who cannot enter folders of ours.
        options.parent = Some(std::env::temp_dir());
        let cluster = Cluster::start(options).unwrap_or_else(|error| panic!("{error}"));
        let psql = find_client("psql", major).unwrap_or_else(|error| panic!("{error}")).path;
        Self { cluster, folder, psql }
    }

    /// A new, empty folder.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join(name);
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        folder
    }

    /// Makes a database anew; returns its URL.
    pub fn database(&self, name: &str) -> String {
        self.run("postgres", &format!("DROP DATABASE IF EXISTS {name};\nCREATE DATABASE {name};\n"));
        self.cluster.url(name)
    }

    /// The URL of a database.
    pub fn url(&self, database: &str) -> String {
        self.cluster.url(database)
    }

    /// The server's major version.
    pub fn major(&self) -> u32 {
        self.cluster.programs().version.major
    }

    /// Where Tidegate is to connect for a database.
    pub fn target(&self, database: &str) -> Target {
        let url = self.cluster.url(database);
        let text = format!("[[environment]]\nname = \"bench\"\ntier = \"development\"\nurl = {url:?}\n");
        let config = Config::parse(&text, Path::new("/tidegate.toml")).unwrap_or_else(|error| panic!("{error}"));
        let resolution = config.environments[0].resolve(Path::new("/"), &Surroundings::default());
        resolution.unwrap_or_else(|error| panic!("{error}")).target
    }

    /// `psql` on a database, without the caller's habits.
    pub fn psql(&self, database: &str) -> Command {
        let mut command = Command::new(&self.psql);
        command.args(["--no-psqlrc", "--quiet", "--dbname", &self.cluster.url(database)]);
        command
    }

    /// The `psql` program.
    pub fn psql_program(&self) -> &Path {
        &self.psql
    }

    /// Runs a script in a database.
    pub fn run(&self, database: &str, script: &str) {
        use std::io::Write;
        let mut child = self
            .psql(database)
            .args(["--set", "ON_ERROR_STOP=1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("psql starts");
        child.stdin.take().expect("piped").write_all(script.as_bytes()).expect("psql reads");
        assert!(child.wait().expect("psql ends").success(), "psql failed");
    }

    /// The one value that a query returns.
    pub fn value(&self, database: &str, query: &str) -> String {
        let output = self.psql(database).args(["--tuples-only", "--no-align", "--command", query]).output();
        let output = output.expect("psql starts");
        assert!(output.status.success(), "{query}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// How often the server has flushed its WAL to the disk since it was started.
    pub fn flushes(&self) -> u64 {
        let query = if self.cluster.programs().version.major >= 18 {
            "SELECT sum(fsyncs)::bigint FROM pg_stat_io WHERE object = 'wal'"
        } else {
            "SELECT wal_sync FROM pg_stat_wal"
        };
        self.value("postgres", query).parse().expect("a number")
    }

    /// Whether the server counts its flushes.
    pub fn counts_flushes(&self) -> bool {
        self.cluster.programs().version.major >= 14
    }

    /// Writes everything out, so that what is measured next begins from the same state.
    pub fn settle(&self) {
        self.run("postgres", "CHECKPOINT;\n");
    }

    /// The binary, in a project's folder, with a state folder of its own.
    pub fn tidegate(&self, project: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
        command.current_dir(project);
        for (name, folder) in [
            ("HOME", "home"),
            ("TIDEGATE_STATE_DIR", "state"),
            ("TIDEGATE_CACHE_DIR", "cache"),
            ("TIDEGATE_CONFIG_DIR", "config"),
        ] {
            command.env(name, self.folder(folder));
        }
        command.env_remove("TIDEGATE_CONFIG").env("NO_COLOR", "1");
        command
    }
}
