//! Shadows: throwaway databases in which migrations are replayed, to see what they make.
//!
//! A shadow stands on a throwaway cluster of this machine's PostgreSQL, or on a server that the configuration names for
//! it. What an environment's platform provides (roles, extensions, schemas that no migration makes) is its [`Ground`]:
//! it is made in the shadow as far as it can be, and what cannot is said, so that nobody takes what is missing here for
//! something that is missing there.

mod dump;
mod ground;
mod place;
mod replay;

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::Mutex;

use super::cluster::ClusterError;
use super::connect_error::ConnectError;
use super::connection::{Connection, SessionOptions};
use super::error::PgError;
use super::sql;
use super::version::ServerVersion;
use crate::config::Target;
use crate::migration::table::quote_identifier;

pub use dump::{DumpError, dump_schema};
pub use ground::Ground;
pub use replay::{Replay, ReplayFailure, ReplaySettings};

use place::Place;

/// Where shadows are made.
#[derive(Debug, Clone)]
pub enum ShadowServer {
    /// A throwaway cluster of this machine's PostgreSQL.
    Own,
    /// A server that holds nothing of value: the database named here is where others are created from.
    At(Box<Target>),
}

/// Why there is no shadow.
#[derive(Debug, thiserror::Error)]
pub enum ShadowError {
    /// This machine has no PostgreSQL server programs.
    #[error(
        "There are no PostgreSQL server programs on this machine to replay migrations with. Install PostgreSQL with \
         its server, name the folder of its programs in TIDEGATE_PG_BIN, or name a server in `[drift.shadow]`."
    )]
    NoPrograms,
    /// No cluster could be started.
    #[error("No throwaway server could be started to replay migrations on. {0}")]
    Cluster(#[from] ClusterError),
    /// The server cannot be connected to.
    #[error("The server for shadows cannot be used. {0}")]
    Connect(#[from] ConnectError),
    /// A transaction pooler stands before the configured server.
    #[error(
        "The server for shadows is behind a pooler that hands each transaction to another session; migrations cannot \
         be replayed through it. Name the server itself in `[drift.shadow]`."
    )]
    Pooled,
    /// The server refused something.
    #[error("{what} failed on the server for shadows. {source}")]
    Server {
        /// What was tried.
        what: &'static str,
        /// What it said.
        source: PgError,
    },
}

/// Says what was tried.
fn trying(what: &'static str) -> impl FnOnce(PgError) -> ShadowError {
    move |source| ShadowError::Server { what, source }
}

/// Where shadows are made: a running server and our right to make databases there. Databases that were made are gone
/// when [`Shadow::close`] returns; those of a process that was killed are removed with its cluster, or on a configured
/// server by the next shadow there.
#[derive(Debug)]
pub struct Shadow {
    place: Place,
    admin: Connection,
    wanted: ServerVersion,
    number: AtomicU32,
    /// Held by whoever looks which roles there are and makes those that are not: several grounds are laid at once, and
    /// roles belong to the whole server.
    roles: Mutex<()>,
}

/// One database of a shadow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShadowDatabase {
    name: String,
}

impl ShadowDatabase {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Shadow {
    /// Starts or finds a server of this major version, or of the nearest there is. `cache` is a folder in which what
    /// makes the next start faster may be kept.
    ///
    /// # Errors
    /// Says what is missing, and what to do about it.
    pub async fn start(server: &ShadowServer, wanted: &ServerVersion, cache: &Path) -> Result<Self, ShadowError> {
        let place = Place::find(server, wanted, cache).await?;
        let options = SessionOptions::named("shadow");
        let admin = Connection::open(place.target(), &options).await?;
        if admin.info().pooled == super::server_info::PoolMode::Transaction {
            return Err(ShadowError::Pooled);
        }
        let shadow = Self { place, admin, wanted: wanted.clone(), number: AtomicU32::new(0), roles: Mutex::default() };
        if !shadow.place.is_own() {
            shadow.claim().await.map_err(trying("Removing what an earlier shadow has left"))?;
        }
        Ok(shadow)
    }

    /// The server's version.
    #[must_use]
    pub fn version(&self) -> &ServerVersion {
        &self.admin.info().version
    }

    /// What is to be said of the server's version, where it is not the one that was wanted.
    #[must_use]
    pub fn remark(&self) -> Option<String> {
        let (is, wanted) = (self.version(), &self.wanted);
        (is.major != wanted.major).then(|| {
            format!(
                "Migrations were replayed on PostgreSQL {is}, the nearest to {} that is here: what depends on the \
                 version may differ.",
                wanted.major
            )
        })
    }

    /// An empty database of this owner, or a copy of another one, to which nobody may be connected.
    ///
    /// # Errors
    /// With what the server says.
    pub async fn database(
        &self,
        owner: &str,
        encoding: &str,
        copy_of: Option<&ShadowDatabase>,
    ) -> Result<ShadowDatabase, ShadowError> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let database = ShadowDatabase { name: format!("{}{number}", self.prefix()) };
        let template = copy_of.map_or("template0", |other| other.name.as_str());
        // Copying files is the faster way where nothing needs to reach a disk; from 15 on there is a choice.
        let strategy = if self.place.is_own() && self.version().major >= 15 { " STRATEGY file_copy" } else { "" };
        let encoding = if copy_of.is_some() || encoding.is_empty() {
            String::new()
        } else {
            format!(" ENCODING {} LOCALE 'C'", sql::literal(encoding))
        };
        let statement = format!(
            "CREATE DATABASE {} OWNER {} TEMPLATE {template}{encoding}{strategy}",
            quote_identifier(&database.name),
            quote_identifier(owner),
        );
        sql::rows(&self.admin, &statement).await.map_err(trying("Creating a database"))?;
        Ok(database)
    }

    /// A session in one of the shadow's databases, of whoever made it.
    ///
    /// # Errors
    /// With what the server says.
    pub async fn connect(&self, database: &ShadowDatabase) -> Result<Connection, ShadowError> {
        let mut target = self.place.target().clone();
        target.database.clone_from(&database.name);
        Ok(Connection::open(&target, &SessionOptions::named("shadow")).await?)
    }

    /// Drops the databases, and stops the server if it is our own.
    pub async fn close(self) {
        if !self.place.is_own() {
            for number in 0..self.number.load(Ordering::Relaxed) {
                let drop = drop_database(&format!("{}{number}", self.prefix()));
                if let Err(error) = sql::rows(&self.admin, &drop).await {
                    tracing::warn!(%error, "a shadow could not be dropped; the next one will drop it");
                }
            }
        }
        drop(self.admin);
        self.place.stop().await;
    }

    /// What the names of its databases begin with: nobody else on that server has this process.
    fn prefix(&self) -> String {
        format!("{PREFIX}{}_", self.admin.info().backend_pid)
    }

    /// Marks the databases that begin with our prefix as somebody's, and drops those that are nobody's any more.
    async fn claim(&self) -> Result<(), PgError> {
        let lock = |process: i32| format!("SELECT pg_catalog.pg_try_advisory_lock({LOCK_CLASS}, {process})");
        sql::row(&self.admin, &lock(self.admin.info().backend_pid)).await?;
        let question = format!("SELECT datname FROM pg_catalog.pg_database WHERE datname LIKE '{PREFIX}%'");
        for row in sql::rows(&self.admin, &question).await? {
            let name = sql::Columns::of(&row).string()?;
            let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next()?.parse::<i32>().ok());
            let Some(owner) = owner else { continue };
            // Nothing of ours is there yet: a database with our prefix is that of a process which had our number.
            if owner != self.admin.info().backend_pid {
                let taken = sql::row(&self.admin, &lock(owner)).await?;
                if !sql::Columns::of(&taken).truth()? {
                    continue;
                }
                let unlock = format!("SELECT pg_catalog.pg_advisory_unlock({LOCK_CLASS}, {owner})");
                sql::row(&self.admin, &unlock).await?;
            }
            sql::rows(&self.admin, &drop_database(&name)).await?;
        }
        Ok(())
    }
}

/// What the names of databases on a configured server begin with.
const PREFIX: &str = "tidegate_shadow_";

/// The class of the advisory locks that say which process a database belongs to.
const LOCK_CLASS: i32 = 0x7469_6465;

fn drop_database(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote_identifier(name))
}
