//! `tidegate demo`: two throwaway servers and a project to try everything on.

mod environments;
mod project;
mod record;
mod repository;
mod sample;
mod servers;
mod story;

use std::io::{self, IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use tokio::runtime::Builder;

use self::project::Project;
use self::story::{Clock, Site};
use super::{CommandError, Exit, Opening, Outcome, Session, log};
use crate::config::passfile::quoted;
use crate::config::{Config, ConfigError, Surroundings};
use crate::migration::script::ScriptError;
use crate::postgres::cluster::{self, Cluster, ClusterError, ThrowawayFolder};
use crate::postgres::furnish::{self, FurnishError};
use crate::review::checklist::{Answer, Answers, Checklist, Entry, Question};
use crate::window::approval::give::{self, ApproveError, Request};
use crate::window::context::Context;
use crate::window::mark::{self as marking, MarkError};

/// The project's folder, in a folder that goes with the demo.
const PROJECT: &str = "scout-dashboard";

/// The arguments of `tidegate demo`.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// Leave servers and project in place afterwards, and say how to come back to them
    #[arg(long)]
    pub keep: bool,
    /// Make the folders in DIR, instead of in memory or the temporary folder
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Install PostgreSQL with this machine's package manager if it is missing
    #[arg(long)]
    pub install: bool,
    /// Do not open the console: say how to come back, and end
    #[arg(long, requires = "keep")]
    pub no_console: bool,
}

/// Starts the demo and leaves it to the console; without the console, says how to come back to it.
pub(super) fn run(options: &Options, mut session: Session) -> Result<Outcome, CommandError> {
    let has_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    if !options.no_console && !has_terminal {
        return Err(DemoError::NoTerminal.into());
    }
    session.surroundings = own_surroundings(session.surroundings);
    let (demo, context) = Demo::start(options, &session.surroundings)?;
    // Before the console opens, for it may be killed.
    write!(session.output, "{}", demo.way_back())?;
    if options.no_console && session.global.verbose > 0 {
        write!(session.output, "\n{}", demo.timings())?;
    }
    session.output.finish()?;
    if options.no_console {
        return Ok(Outcome::Ended(Exit::Done));
    }
    session.global.config = Some(context.config.path.clone());
    let log = log::start(&mut session)?;
    Ok(Outcome::Console(Box::new(Opening { global: session.global, context, demo: Some(demo), log })))
}

/// The surroundings without what would lead away from the demo's servers and folder.
fn own_surroundings(mut surroundings: Surroundings) -> Surroundings {
    surroundings.variables.retain(|name, _| {
        let leads_away = name.starts_with("PG") || (name.starts_with("TIDEGATE_") && name.ends_with("_DIR"));
        !leads_away
    });
    surroundings
}

/// The demo could not be started. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// There is no terminal to open the console on.
    #[error(
        "The demo opens the console, and that needs a terminal. Without one, `tidegate demo --keep --no-console` \
         starts the servers and says how to reach them."
    )]
    NoTerminal,
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
    /// The project's configuration is broken.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An environment could not be marked.
    #[error(transparent)]
    Mark(#[from] MarkError),
    /// The migrations could not be approved.
    #[error(transparent)]
    Approve(#[from] ApproveError),
    /// There is no runtime for talking to the servers.
    #[error("The demo could not begin to talk to its servers: {0}.")]
    Runtime(io::Error),
}

/// A running demo. Dropped, it is stopped and removed, unless it is kept.
#[derive(Debug)]
pub struct Demo {
    phases: Vec<Phase>,
    // Before the folder, so that the servers end first. Empty when they are kept.
    _servers: Vec<Cluster>,
    _folder: ThrowawayFolder,
    way_back: String,
}

impl Demo {
    /// Finds or installs the server programs, starts both servers, fills them and writes the project; returns what the
    /// project's configuration says, too. Blocks for as long as that takes, so call it outside of asynchronous code.
    ///
    /// # Errors
    /// Says what is missing or was refused; nothing is left then.
    pub fn start(options: &Options, surroundings: &Surroundings) -> Result<(Self, Context), DemoError> {
        let mut stopwatch = Stopwatch::start();
        // What a killed demo left behind only takes room away from this one.
        cluster::sweep();
        let programs = servers::find_programs(options.install)?;
        stopwatch.lap("find the server programs");

        let mut folder = ThrowawayFolder::create(options.dir.as_deref())?;
        say("Starting two throwaway PostgreSQL servers ...");
        let servers = servers::start(&programs, options.dir.as_deref())?;
        stopwatch.lap("start two servers");

        say("Running the sample project's migrations on them ...");
        let runtime = Builder::new_current_thread().enable_all().build().map_err(DemoError::Runtime)?;
        let project = runtime.block_on(fill(folder.path(), &servers))?;
        stopwatch.lap("run the migrations, add rows, write the project");

        let config = Config::read(&project.config)?;
        let context = Context::new(config, surroundings.clone());
        runtime.block_on(mark(&context))?;
        stopwatch.lap("mark both environments");
        runtime.block_on(approve(&context, surroundings))?;
        stopwatch.lap("approve what production waits for, but for one");

        let (servers, way_back) = if options.keep {
            let way_back = keep(&mut folder, servers, &project)?;
            (Vec::new(), way_back)
        } else {
            (servers, String::new())
        };
        Ok((Self { phases: stopwatch.phases, _servers: servers, _folder: folder, way_back }, context))
    }

    /// Notes how long the console took to draw its first board.
    pub fn first_board_drawn(&mut self, took: Duration) {
        self.phases.push(Phase { name: "draw the first board", took });
    }

    /// How to come back to a demo that is kept, and how to stop and remove it; empty for one that is not.
    #[must_use]
    pub fn way_back(&self) -> &str {
        &self.way_back
    }

    /// How long each phase of the start took, a line each.
    #[must_use]
    pub fn timings(&self) -> String {
        let line = |name: &str, took: Duration| format!("{:>7.0} ms  {name}\n", took.as_secs_f64() * 1000.0);
        let phases: String = self.phases.iter().map(|phase| line(phase.name, phase.took)).collect();
        phases + &line("in all", self.phases.iter().map(|phase| phase.took).sum())
    }
}

/// Tells whoever waits what for; where standard error is gone, nobody does.
fn say(what: &str) {
    let _ = writeln!(io::stderr(), "{what}");
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

/// Writes the project and fills both servers, all at once.
async fn fill(folder: &Path, servers: &[Cluster]) -> Result<Project, DemoError> {
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
    try_join_all(servers.iter().zip(&furnishings).map(|(server, furnishing)| furnish::furnish(server, furnishing)))
        .await?;
    Ok(project)
}

/// Writes into each database which environment it is, as a team would have done long ago.
async fn mark(context: &Context) -> Result<(), MarkError> {
    let environments = &context.config.environments;
    try_join_all(environments.iter().map(|environment| {
        let name = environment.name.as_str();
        marking::mark(context, environment, name, &[])
    }))
    .await?;
    Ok(())
}

/// Approves what is pending in production, but for the last migration, as the reviewer has done by now.
async fn approve(context: &Context, surroundings: &Surroundings) -> Result<(), ApproveError> {
    let Some(environment) = context.environment(Site::Production.name()) else { return Ok(()) };
    let mut surroundings = surroundings.clone();
    surroundings.variables.insert("TIDEGATE_OPERATOR".to_owned(), story::REVIEWER.to_owned());
    let reviewer = Context::new((*context.config).clone(), surroundings);
    let migrations = sample::migrations();
    let applied = Site::Production.migrations_applied(migrations.len());
    let reviewed = &migrations[applied..migrations.len().saturating_sub(1)];
    let mut request = Request {
        migrations: reviewed.iter().map(|migration| migration.name.as_str().to_owned()).collect(),
        user: Some(environments::REVIEWER.to_owned()),
        note: Some("tried on staging".to_owned()),
        ..Request::default()
    };
    let looked = give::look(&reviewer, environment, &request).await?;
    request.answers = looked.migrations.iter().map(|(given, list)| (given.migration.clone(), answers(list))).collect();
    give::approve(&reviewer, environment, &request).await.map(drop)
}

/// What the reviewer of the story answers: yes to all, with a word on what rules have found.
fn answers(checklist: &Checklist) -> Answers {
    let answer = |(entry, question): (&Entry, &Question)| {
        let note = question.needs_note(true).then(|| "seen on staging, and meant so".to_owned());
        (entry.name.to_owned(), Answer { yes: true, note })
    };
    checklist.questions().map(answer).collect()
}

/// Leaves everything in place, and says how to come back to it and how to be rid of it.
fn keep(folder: &mut ThrowawayFolder, servers: Vec<Cluster>, project: &Project) -> Result<String, DemoError> {
    folder.keep()?;
    let program = std::env::current_exe().unwrap_or_else(|_| "tidegate".into());
    let mut back = format!("{} --config {}\n", quoted(&program), quoted(&project.config));
    let mut rid = String::new();
    let mut folders = vec![folder.path().to_owned()];
    for (site, server) in Site::ALL.into_iter().zip(servers) {
        back += &format!("psql '{}'    # {}\n", url(&server), site.name());
        folders.extend([server.directory().to_owned(), server.socket_dir().to_owned()]);
        let stop: Vec<String> = server.keep()?.iter().map(|word| quoted(Path::new(word))).collect();
        rid += &format!("{}\n", stop.join(" "));
    }
    folders.dedup();
    let folders: Vec<String> = folders.iter().map(|folder| quoted(folder)).collect();
    let folders = folders.join(" ");
    Ok(format!("The demo is kept. Come back to it with\n\n{back}\nStop and remove it with\n\n{rid}rm -r {folders}\n"))
}

/// The URL of the environment that a server is for, for the role that runs migrations.
fn url(server: &Cluster) -> String {
    server.url_as(environments::OWNER, environments::DATABASE)
}
