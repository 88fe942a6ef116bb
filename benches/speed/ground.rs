//! Servers, projects and processes to measure on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use tidegate::config::{Config, Surroundings, Target};
use tidegate::postgres::cluster::{Cluster, ClusterOptions};
use tidegate::postgres::programs::find_servers;

/// The program under test, built as it is released.
pub const TIDEGATE: &str = env!("CARGO_BIN_EXE_tidegate");

/// A server: durable and on disk, or fast and forgettable.
pub fn server(durable: bool) -> Cluster {
    let programs = find_servers().into_iter().next().expect("PostgreSQL's server programs are needed to measure");
    let mut options = ClusterOptions::new(programs);
    options.durable = durable;
    Cluster::start(options).unwrap_or_else(|error| panic!("{error}"))
}

/// A project in a folder of its own.
pub struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// A project whose development environments lead to these databases.
    pub fn new(environments: &[(String, String)]) -> Project {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("migrations")).expect("a folder");
        let mut config = "[project]\nname = \"bench\"\nmigrations = \"migrations\"\n".to_owned();
        for (name, url) in environments {
            config.push_str(&format!(
                "\n[[environment]]\nname = \"{name}\"\ntier = \"development\"\nurl = \"{url}\"\nbackup = \"off\"\n"
            ));
        }
        let path = folder.path().join("tidegate.toml");
        fs::write(&path, config).expect("the configuration can be written");
        Project { folder }
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Its configuration.
    pub fn config(&self) -> Config {
        let path = self.path().join("tidegate.toml");
        Config::find(Some(&path), &Surroundings::of_process()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Where its environments lead.
    pub fn targets(&self) -> Vec<Target> {
        let config = self.config();
        let resolve = |environment: &tidegate::config::Environment| {
            environment.resolve(&config.root, &Surroundings::of_process()).expect("a target").target
        };
        config.environments.iter().map(resolve).collect()
    }

    /// Writes small migrations, each with its rollback, and yields their names in order.
    pub fn write_migrations(&self, count: u32) -> Vec<String> {
        (0..count)
            .map(|number| {
                let name = format!(
                    "2026{:02}{:02}{:02}0000_create_t{number}",
                    number / 672 + 1,
                    number / 24 % 28 + 1,
                    number % 24
                );
                let up = format!("CREATE TABLE t{number} (id bigint PRIMARY KEY, note text);\n");
                let folder = self.path().join("migrations");
                fs::write(folder.join(format!("{name}.sql")), up).expect("a file");
                fs::write(folder.join(format!("{name}.down.sql")), format!("DROP TABLE t{number};\n")).expect("a file");
                name
            })
            .collect()
    }

    /// A command of Tidegate in this project, that sees nothing of the user's own settings.
    pub fn tidegate(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(TIDEGATE);
        command.args(arguments).current_dir(self.path()).env("TIDEGATE_STATE_DIR", self.path().join("state"));
        command
    }
}

/// The `psql` beside a server's programs.
pub fn psql(cluster: &Cluster, database: &str) -> Command {
    let beside = cluster.programs().bin.join("psql");
    let program = if beside.is_file() { beside } else { PathBuf::from("psql") };
    let mut command = Command::new(program);
    command.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname"]).arg(cluster.url(database));
    command
}

/// Asks a server one value.
pub fn ask(cluster: &Cluster, database: &str, query: &str) -> String {
    let answer = psql(cluster, database).args(["-A", "-t", "-c", query]).output().expect("psql runs");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    String::from_utf8_lossy(&answer.stdout).trim().to_owned()
}

/// Runs a command to its end and says how long it took, in seconds.
pub fn time(command: &mut Command) -> f64 {
    let started = Instant::now();
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output().expect("it starts");
    let elapsed = started.elapsed().as_secs_f64();
    // 3 says that something is pending, which a board may well be.
    assert!(matches!(ended.status.code(), Some(0 | 3)), "{command:?}: {}", String::from_utf8_lossy(&ended.stderr));
    elapsed
}

/// Processor time of the children that have ended so far, in seconds (Linux; elsewhere nothing is known).
pub fn children_cpu() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let after_name = stat.rsplit_once(") ")?.1;
    let fields: Vec<&str> = after_name.split(' ').collect();
    let ticks: f64 = fields.get(13)?.parse::<f64>().ok()? + fields.get(14)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}
