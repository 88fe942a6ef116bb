//! `tidegate demo`: two throwaway servers and a project to try everything on.

mod environments;
mod project;
mod repository;
mod sample;
mod story;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use self::project::Project;
use self::story::{Clock, Site};
use crate::migration::script::ScriptError;
use crate::postgres::cluster::{self, Cluster, ClusterError, ClusterOptions, ThrowawayFolder};
use crate::postgres::furnish::{self, FurnishError};
use crate::postgres::install;
use crate::postgres::programs::{self, Programs};

/// The project's folder, in a folder that goes with the demo.
const PROJECT: &str = "scout-dashboard";

/// Starts two throwaway PostgreSQL servers, staging and production, with a sample project of forty-two migrations,
/// and opens the console on them.
///
/// Everything lies in folders of its own and is gone when the console is, however that ends.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct DemoOptions {
    /// Leave servers and project in place afterwards, and say how to reconnect
    #[arg(long)]
    pub keep: bool,
    /// Make the folders here, instead of in memory or the temporary folder
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Install PostgreSQL with this machine's package manager if it is missing
    #[arg(long)]
    pub install: bool,
    /// Do not open the console: say how to connect, and end
    #[arg(long, requires = "keep")]
    pub no_console: bool,
    /// Say how long each phase took
    #[arg(short, long)]
    pub verbose: bool,
}

/// The demo could not be started. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// There is no server to start.
    #[error("No PostgreSQL server programs were found on this machine. {advice}")]
    NoServer {
        /// How to get them.
        advice: String,
    },
    /// The package manager failed.
    #[error("`{command}` {how}. Install PostgreSQL by hand, or name the folder of its programs in TIDEGATE_PG_BIN.")]
    Install {
        /// What was run.
        command: String,
        /// How it ended.
        how: String,
    },
    /// A server could not be started.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// A database could not be made.
    #[error(transparent)]
    Furnish(#[from] FurnishError),
    /// A file of the sample is broken.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// The project could not be written.
    #[error("The sample project could not be written to {}: {source}.", .folder.display())]
    Project {
        /// Where to.
        folder: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// There is no runtime for talking to the servers.
    #[error("The demo could not begin to talk to its servers: {0}.")]
    Runtime(io::Error),
}

/// A running demo. Dropped, it is stopped and removed, unless it is kept.
#[derive(Debug)]
pub struct Demo {
    project: Project,
    phases: Vec<Phase>,
    // Before the folder, so that the servers end first. Empty when they are kept.
    _servers: Vec<Cluster>,
    _folder: ThrowawayFolder,
    farewell: Option<String>,
}

impl Demo {
    /// Finds or installs the server programs, starts both servers, fills them and writes the project. Blocks for as
    /// long as that takes, so call it outside of asynchronous code.
    ///
    /// # Errors
    /// Says what is missing or was refused; nothing is left then.
    pub fn start(options: &DemoOptions) -> Result<Self, DemoError> {
        let mut stopwatch = Stopwatch::start();
        // What a killed demo left behind only takes room away from this one.
        cluster::sweep();
        let programs = find_programs(options.install)?;
        stopwatch.lap("find the server programs");

        let mut folder = ThrowawayFolder::create(options.dir.as_deref())?;
        let servers = start_servers(&programs, options.dir.as_deref())?;
        stopwatch.lap("start two servers");

        let project = fill(folder.path(), &servers)?;
        stopwatch.lap("run the migrations, add rows, write the project");

        let (servers, farewell) = if options.keep {
            let farewell = keep(&mut folder, servers, &project)?;
            (Vec::new(), Some(farewell))
        } else {
            (servers, None)
        };
        Ok(Self { project, phases: stopwatch.phases, _servers: servers, _folder: folder, farewell })
    }

    /// The project's configuration file.
    #[must_use]
    pub fn config(&self) -> &Path {
        &self.project.config
    }

    /// How to come back to a demo that is kept, and how to stop and remove it; nothing for one that is not.
    #[must_use]
    pub fn farewell(&self) -> Option<&str> {
        self.farewell.as_deref()
    }

    /// How long each phase of the start took, a line each.
    #[must_use]
    pub fn timings(&self) -> String {
        let total = self.phases.iter().map(|phase| phase.took).sum();
        let line = |name: &str, took: Duration| format!("{:>7.0} ms  {name}\n", took.as_secs_f64() * 1000.0);
        let phases: String = self.phases.iter().map(|phase| line(phase.name, phase.took)).collect();
        phases + &line("from the start until the demo stood", total)
    }
}

/// How long one phase of the start took.
#[derive(Debug)]
struct Phase {
    name: &'static str,
    took: Duration,
}

struct Stopwatch {
    since: Instant,
    phases: Vec<Phase>,
}

impl Stopwatch {
    fn start() -> Self {
        Self { since: Instant::now(), phases: Vec::new() }
    }

    fn lap(&mut self, name: &'static str) {
        let now = Instant::now();
        self.phases.push(Phase { name, took: now - self.since });
        self.since = now;
    }
}

/// The server programs of this machine, newest first; installed first if that is wanted and there are none.
fn find_programs(install: bool) -> Result<Vec<Programs>, DemoError> {
    let found = programs::find_servers();
    if !found.is_empty() {
        return Ok(found);
    }
    let Some(command) = install::install_command() else {
        let advice = "Install PostgreSQL 13 or newer with its server, or name the folder of its programs in \
                      TIDEGATE_PG_BIN.";
        return Err(DemoError::NoServer { advice: advice.to_owned() });
    };
    let words = command.join(" ");
    if !install {
        let advice = format!(
            "Install them with\n\n    {words}\n\nor let Tidegate do so with `tidegate demo --install`. Where they are \
             in a folder of their own, name it in TIDEGATE_PG_BIN."
        );
        return Err(DemoError::NoServer { advice });
    }
    println!("{words}");
    let failed = |how: String| DemoError::Install { command: words.clone(), how };
    let (program, arguments) = command.split_first().expect("a command has a first word");
    let status = Command::new(program).args(arguments).status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(failed(format!("ended with {status}"))),
        Err(error) => return Err(failed(format!("could not be started: {error}"))),
    }
    match programs::find_servers() {
        found if found.is_empty() => Err(failed("ended well, and yet there is no server".to_owned())),
        found => Ok(found),
    }
}

/// Starts staging and production, in this order, with the newest programs that can be run.
fn start_servers(programs: &[Programs], parent: Option<&Path>) -> Result<Vec<Cluster>, DemoError> {
    let start = |programs: &Programs| {
        let options = ClusterOptions { parent: parent.map(Path::to_owned), ..ClusterOptions::new(programs.clone()) };
        Cluster::start_all(vec![options.clone(), options])
    };
    let mut last = None;
    for programs in programs {
        match start(programs) {
            Ok(servers) => return Ok(servers),
            // Installed where only root may look, say: another installation may do.
            Err(error @ ClusterError::OutOfReach { .. }) => last = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    Err(last.map_or_else(|| DemoError::NoServer { advice: String::new() }, DemoError::Cluster))
}

/// Writes the project and fills both servers, all at once.
fn fill(folder: &Path, servers: &[Cluster]) -> Result<Project, DemoError> {
    let migrations = sample::migrations();
    let clock = Clock::new(&migrations, Timestamp::now());
    let root = folder.join(PROJECT);
    let urls: Vec<(Site, String)> = Site::ALL.into_iter().zip(servers.iter().map(url)).collect();
    let configuration = sample::configuration(&urls);
    let project = project::create(&root, &configuration, &migrations, clock)
        .map_err(|source| DemoError::Project { folder: root, source })?;

    let furnishings = Site::ALL
        .into_iter()
        .map(|site| environments::furnishing(site, &migrations, clock, &project.commits))
        .collect::<Result<Vec<_>, _>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(DemoError::Runtime)?;
    runtime.block_on(futures_util::future::try_join_all(
        servers.iter().zip(&furnishings).map(|(server, furnishing)| furnish::furnish(server, furnishing)),
    ))?;
    Ok(project)
}

/// Leaves everything in place, and says how to come back to it and how to be rid of it.
fn keep(folder: &mut ThrowawayFolder, servers: Vec<Cluster>, project: &Project) -> Result<String, DemoError> {
    folder.keep()?;
    let program = std::env::current_exe().map_or_else(|_| "tidegate".to_owned(), |path| path.display().to_string());
    let mut back = format!("{program} --config {}\n", project.config.display());
    let mut rid = String::new();
    let mut folders = folder.path().display().to_string();
    for (site, server) in Site::ALL.into_iter().zip(servers) {
        back += &format!("psql '{}'    # {}\n", url(&server), site.name());
        folders += &format!(" {}", server.directory().display());
        rid += &format!("{}\n", server.keep()?.join(" "));
    }
    Ok(format!("The demo is kept. Come back to it with\n\n{back}\nStop and remove it with\n\n{rid}rm -r {folders}\n"))
}

/// The URL of the environment that a server is for, for the role that runs migrations.
fn url(server: &Cluster) -> String {
    server.url_as(environments::OWNER, environments::DATABASE)
}
