//! The two sides of a comparison: what an operator names, and what was found there.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::course::InEffect;
use crate::config::{Access, Config, ConfigError, ConnectionSource, Environment, Hooks, Policy, Target, Tier};
use crate::migration::catalogue::Catalogue;
use crate::migration::text::printable;
use crate::postgres::connection::{Connection, SessionOptions};
use crate::postgres::history::{self, Detail, HistoryRow, HistoryState};
use crate::postgres::shadow::{Ground, ReplaySettings};
use crate::postgres::snapshot::{self, Scope};
use crate::postgres::{ConnectError, PgError, ServerVersion};
use crate::schema::Snapshot;
use crate::window::board;
use crate::window::context::{Context, ReachError};
use crate::window::status::Status;

/// One side of a comparison, as an operator names it.
#[derive(Debug, Clone, PartialEq)]
pub enum Side {
    /// An environment of the configuration.
    Environment(Box<Environment>),
    /// A database that the configuration does not name.
    Url(Box<ConnectionSource>),
    /// What the project's migrations make, replayed on an empty shadow.
    Files,
}

/// Neither an environment, nor `files`, nor a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SideError {
    /// It names nothing that there is.
    #[error(
        "There is no environment called {}.{} Name one of {}, `files` for what the migrations make, or a \
         connection URL.",
        printable(.name),
        .nearest.as_ref().map(|near| format!(" Did you mean {near}?")).unwrap_or_default(),
        .known.join(", ")
    )]
    Unknown {
        /// What was given.
        name: String,
        /// The environment most like it.
        nearest: Option<String>,
        /// All that there are.
        known: Vec<String>,
    },
    /// It looks like a URL and is none.
    #[error("The connection URL cannot be used: {0}.")]
    Url(String),
}

impl Side {
    /// The word for what the migrations make.
    pub const FILES: &'static str = "files";

    /// What a text on the command line names.
    ///
    /// # Errors
    /// It names nothing that there is.
    pub fn parse(context: &Context, text: &str) -> Result<Self, SideError> {
        if let Some(environment) = context.environment(text) {
            return Ok(Self::Environment(Box::new(environment.clone())));
        }
        if text == Self::FILES {
            return Ok(Self::Files);
        }
        if text.contains("://") || text.contains('=') {
            let source = ConnectionSource::of_url(text).map_err(|error| SideError::Url(error.to_string()))?;
            return Ok(Self::Url(Box::new(source)));
        }
        let environments = &context.config.environments;
        Err(SideError::Unknown {
            name: text.to_owned(),
            nearest: context.config.nearest_environment(text).map(|environment| environment.name.to_string()),
            known: environments.iter().map(|environment| environment.name.to_string()).collect(),
        })
    }

    /// What an environment is compared with unless an operator says otherwise.
    pub fn neighbour_of(context: &Context, environment: &Environment) -> Self {
        let environments = &context.config.environments;
        let place = environments.iter().position(|known| known.name == environment.name);
        let neighbour = place.and_then(|place| environments.get(neighbour_place(&context.config, place)?));
        neighbour.map_or(Self::Files, |neighbour| Self::Environment(Box::new(neighbour.clone())))
    }
}

/// The place of the environment that one is compared with: what the configuration says, or else the nearest tier
/// below; `None` is the files.
pub fn neighbour_place(config: &Config, place: usize) -> Option<usize> {
    let environments = &config.environments;
    let environment = environments.get(place)?;
    if let Some(other) = &environment.compare_with {
        return environments.iter().position(|known| known.name.as_str() == other);
    }
    let below = environments.iter().enumerate().filter(|(_, other)| other.tier < environment.tier);
    below.max_by_key(|(_, other)| other.tier).map(|(place, _)| place)
}

/// Why a side could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be connected to.
    #[error(transparent)]
    Reach(#[from] ReachError),
    /// Its schema cannot be read.
    #[error(transparent)]
    Snapshot(#[from] snapshot::SnapshotError),
    /// It does not answer as it should.
    #[error(transparent)]
    Server(#[from] PgError),
    /// It took too long.
    #[error("The schema was not read within {} s. Raise `statement_timeout` under `[drift]` if it is that large.", .0.as_secs())]
    TimedOut(Duration),
}

impl From<ConfigError> for ReadError {
    fn from(error: ConfigError) -> Self {
        Self::Reach(error.into())
    }
}

impl From<ConnectError> for ReadError {
    fn from(error: ConnectError) -> Self {
        Self::Reach(error.into())
    }
}

/// A database as it was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// What it is called: the environment's name, or `user@host/database`.
    pub name: String,
    /// Its tier, if it is an environment.
    pub tier: Option<Tier>,
    /// Its schema.
    pub snapshot: Arc<Snapshot>,
    /// Its server's version.
    pub version: ServerVersion,
    /// Whether it is a standby.
    pub standby: bool,
    /// When it was read.
    pub read_at: Timestamp,
    /// How long reading took.
    pub took: Duration,
    /// What is in effect there, in the order in which it came there; `None` where that is not known.
    pub in_effect: Option<Vec<String>>,
    /// Why it is not known.
    pub history_remark: Option<String>,
    /// What has another file now than when it was applied.
    pub edited: Vec<String>,
    /// What is in effect and has no file.
    pub without_file: Vec<String>,
    /// What it stands on.
    pub ground: Ground,
    /// As whom migrations are replayed.
    pub settings: ReplaySettings,
    /// Where it is.
    pub target: Target,
}

impl Found {
    /// Whether migrations make the same here as there: it is the same who runs them, on what, and under which settings.
    pub fn stands_like(&self, other: &Self) -> bool {
        self.version.major == other.version.major && self.ground == other.ground && self.settings == other.settings
    }
}

/// One side as it was found.
#[derive(Debug, Clone)]
pub enum Seen {
    /// A database.
    Database(Box<Found>),
    /// The files, which a shadow shows.
    Files,
}

impl Seen {
    /// What it has in effect.
    pub fn in_effect(&self) -> InEffect<'_> {
        match self {
            Self::Files => InEffect::All,
            Self::Database(found) => found.in_effect.as_deref().map_or(InEffect::Unknown, InEffect::These),
        }
    }

    /// The database, if it is one.
    pub fn database(&self) -> Option<&Found> {
        match self {
            Self::Database(found) => Some(found),
            Self::Files => None,
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.database().map_or("the files", |found| &found.name))
    }
}

/// How long a side may take to be read when the statements in it have no limit.
const PATIENCE: Duration = Duration::from_secs(600);

/// Reads a side: its schema, what is in effect there, and what it stands on.
///
/// # Errors
/// Says what kept it from being read; nothing is known of it then.
pub async fn read(context: &Context, side: &Side, catalogue: &Catalogue, scope: &Scope) -> Result<Seen, ReadError> {
    let environment = match side {
        Side::Files => return Ok(Seen::Files),
        Side::Environment(environment) => (**environment).clone(),
        Side::Url(source) => unnamed("url", (**source).clone()),
    };
    let limit = context.config.drift.statement_timeout;
    let patience = if limit.is_zero() { PATIENCE } else { limit * 4 };
    let reading = read_database(context, side, &environment, catalogue, scope);
    match tokio::time::timeout(patience, reading).await {
        Ok(read) => Ok(Seen::Database(Box::new(read?))),
        Err(_) => Err(ReadError::TimedOut(patience)),
    }
}

async fn read_database(
    context: &Context,
    side: &Side,
    environment: &Environment,
    catalogue: &Catalogue,
    scope: &Scope,
) -> Result<Found, ReadError> {
    let started = std::time::Instant::now();
    let drift = &context.config.drift;
    let target = context.target(environment).await?;
    let options = SessionOptions {
        application_name: format!("drift {}@{}", context.operator.name, context.operator.host),
        read_only: true,
        statement_timeout: Some(drift.statement_timeout).filter(|limit| !limit.is_zero()),
        ..SessionOptions::default()
    };
    let connection = Connection::open(&target, &options).await?;
    let table = context.history_table();
    let ground = Ground::read(&connection, &drift.platform).await?;
    let state = history::probe(&connection, &table).await?;
    let rows = if state.is_readable() {
        history::read_sharing(&connection, &table, Detail::Standing, context.texts()).await?
    } else {
        Vec::new()
    };
    let is_named = matches!(side, Side::Environment(_));
    let (known, history_remark) = match state {
        HistoryState::Present { readable: true, .. } => (true, None),
        // An environment without a history has had no migration.
        HistoryState::Absent if is_named => (true, None),
        HistoryState::Absent => (false, Some(format!("There is no history table {table} there."))),
        HistoryState::Present { missing, .. } => {
            (false, Some(format!("Its history cannot be read: {} is missing.", missing.join(", "))))
        }
        HistoryState::WrongShape(why) => (false, Some(format!("Its history cannot be used: {why}"))),
    };
    let standing = Standing::of(catalogue, rows);
    let snapshot = snapshot::read(&connection, scope).await?;
    let info = connection.info();
    let name = if is_named {
        environment.name.to_string()
    } else {
        format!("{}@{}/{}", info.user, info.server_host, info.database)
    };
    Ok(Found {
        name: printable(&name).into_owned(),
        tier: is_named.then_some(environment.tier),
        snapshot: Arc::new(snapshot),
        version: info.version.clone(),
        standby: info.in_recovery,
        read_at: Timestamp::now(),
        took: started.elapsed(),
        in_effect: known.then_some(standing.in_effect),
        history_remark: history_remark.map(|remark| printable(&remark).into_owned()),
        edited: standing.edited,
        without_file: standing.without_file,
        settings: ReplaySettings {
            login: ground.login.clone(),
            role: environment.policy.role.clone(),
            search_path: environment.policy.search_path.clone(),
            statement_timeout: drift.statement_timeout,
            history_table: table,
        },
        ground,
        target,
    })
}

/// What a history says beside the files.
struct Standing {
    /// What is in effect, in the order in which it came there.
    in_effect: Vec<String>,
    /// What has another file now than when it was applied.
    edited: Vec<String>,
    /// What is in effect and has no file.
    without_file: Vec<String>,
}

impl Standing {
    fn of(catalogue: &Catalogue, rows: Vec<HistoryRow>) -> Self {
        let latest = board::latest_in_effect(&rows);
        let (mut edited, mut without_file) = (Vec::new(), Vec::new());
        for row in &rows {
            match board::judge(catalogue.find(&row.name), Some(row), None, latest) {
                Some((Status::Changed, _)) => edited.push(row.name.to_string()),
                Some((Status::MissingFile, _)) => without_file.push(row.name.to_string()),
                _ => {}
            }
        }
        let mut rows: Vec<HistoryRow> = rows.into_iter().filter(|row| !row.rolled_back).collect();
        rows.sort_by_key(|row| (row.applied_at, row.id));
        Self { in_effect: rows.into_iter().map(|row| row.name.to_string()).collect(), edited, without_file }
    }
}

/// A database that no configuration names, as if it were an environment called so.
pub(super) fn unnamed(name: &'static str, connection: ConnectionSource) -> Environment {
    Environment {
        name: name.parse().expect("is a name"),
        tier: Tier::Production,
        access: Access::ReadOnly,
        connection,
        policy: Policy::of_tier(Tier::Production),
        hooks: Hooks::default(),
        notes: None,
        compare_with: None,
    }
}
