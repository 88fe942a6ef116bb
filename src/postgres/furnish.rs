//! Makes a database in a throwaway cluster that looks lived in: its roles, its migrations really run one after
//! another, and a history that says when that was.
//!
//! Only a [`Cluster`] that this process started can be furnished, never a database that an environment names: nothing
//! here asks for a grant.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tokio_postgres::{Client, NoTls};

use super::cluster::{Cluster, SUPERUSER};
use super::error::PgError;
use crate::migration::script::{Script, Structure};
use crate::migration::table::{TableName, quote_identifier};

/// A database to be made.
#[derive(Debug)]
pub struct Furnishing {
    /// The database.
    pub database: String,
    /// The role that owns it and runs the migrations: may log in, and is no superuser.
    pub owner: String,
    /// What to run in it, in order.
    pub acts: Vec<Act>,
    /// Where the history is kept; an act must have made the table.
    pub history_table: TableName,
    /// What the history is to say in the end about rows that the acts have left there.
    pub history: Vec<Record>,
}

/// Something to run in the new database.
#[derive(Debug)]
pub enum Act {
    /// Statements, as the superuser.
    AsSuperuser(String),
    /// A script, as the owner.
    Script(Script),
    /// Statements, as the owner.
    AsOwner(String),
}

/// What the history says about one migration.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    /// `migration_name`.
    pub migration_name: String,
    /// `applied_at`.
    pub applied_at: Timestamp,
    /// `execution_time`.
    #[serde(serialize_with = "as_interval")]
    pub execution_time: Duration,
    /// `checksum`.
    pub checksum: String,
    /// `rollback_at`; rolled back if present.
    pub rollback_at: Option<Timestamp>,
    /// `metadata`.
    pub metadata: serde_json::Value,
}

fn as_interval<S: serde::Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{} microseconds", span.as_micros()))
}

/// Why a database could not be furnished.
#[derive(Debug, thiserror::Error)]
#[error("{what} failed while the throwaway database was being made. {source}")]
pub struct FurnishError {
    /// What was being done.
    what: String,
    /// What the server said.
    source: PgError,
}

/// Makes the database.
///
/// # Errors
/// With the first statement that the server refused; the cluster is of no use then.
pub async fn furnish(cluster: &Cluster, furnishing: &Furnishing) -> Result<(), FurnishError> {
    let owner = quote_identifier(&furnishing.owner);
    let database = quote_identifier(&furnishing.database);
    let session = Session::open(cluster, SUPERUSER).await?;
    session.run("Creating the owner", &format!("CREATE ROLE {owner} LOGIN")).await?;
    session.run("Creating the database", &format!("CREATE DATABASE {database} OWNER {owner}")).await?;

    let session = Session::open(cluster, &furnishing.database).await?;
    // Nothing that a crash loses is missed: the cluster is made anew then.
    let quietly = "SET synchronous_commit = off; SET client_min_messages = warning";
    session.run("Setting the session up", quietly).await?;
    for act in &furnishing.acts {
        match act {
            Act::AsSuperuser(statements) => {
                session.run("Preparing the platform", &format!("RESET SESSION AUTHORIZATION;\n{statements}")).await?;
            }
            Act::AsOwner(statements) => {
                session.authorize(&owner).await?;
                session.run("A change by the owner", statements).await?;
            }
            Act::Script(script) => {
                session.authorize(&owner).await?;
                session.run_script(script).await?;
            }
        }
    }
    session.authorize(&owner).await?;
    session.write_history(&furnishing.history_table, &furnishing.history).await
}

struct Session {
    client: Client,
}

impl Session {
    /// Opens a session for the superuser by the unix socket. It ends when it is dropped.
    async fn open(cluster: &Cluster, database: &str) -> Result<Self, FurnishError> {
        let (client, connection) = tokio_postgres::Config::new()
            .host_path(cluster.socket_dir())
            .port(cluster.port())
            .user(SUPERUSER)
            .dbname(database)
            .application_name("tidegate demo")
            .connect(NoTls)
            .await
            .map_err(in_doing("Connecting"))?;
        // Ends with an error only if the server goes, which the next statement reports.
        tokio::spawn(connection);
        Ok(Self { client })
    }

    async fn authorize(&self, role: &str) -> Result<(), FurnishError> {
        self.run("Becoming the owner", &format!("SET SESSION AUTHORIZATION {role}")).await
    }

    async fn run(&self, what: &str, statements: &str) -> Result<(), FurnishError> {
        self.client.batch_execute(statements).await.map_err(in_doing(what))
    }

    /// Runs a script as it would run anywhere: whole, or statement by statement where it must.
    async fn run_script(&self, script: &Script) -> Result<(), FurnishError> {
        let what = script.file().display().to_string();
        if script.structure() != Structure::Stepwise {
            return self.run(&what, script.source()).await;
        }
        for statement in script.statements() {
            self.run(&what, script.text(statement)).await?;
        }
        Ok(())
    }

    /// Puts what the history is to say in place of what running the scripts just now has left there.
    async fn write_history(&self, table: &TableName, records: &[Record]) -> Result<(), FurnishError> {
        let statement = format!(
            "UPDATE {table} AS history \
             SET applied_at = told.applied_at, execution_time = told.execution_time, checksum = told.checksum, \
                 rollback_applied = told.rollback_at IS NOT NULL, rollback_at = told.rollback_at, \
                 metadata = told.metadata \
             FROM jsonb_to_recordset($1) AS told (migration_name text, applied_at timestamptz, \
                  execution_time interval, checksum text, rollback_at timestamptz, metadata jsonb) \
             WHERE history.migration_name = told.migration_name"
        );
        let told = serde_json::to_value(records).expect("a record is made of text, times and JSON");
        self.client.execute(&statement, &[&told]).await.map_err(in_doing("Writing the history"))?;
        Ok(())
    }
}

fn in_doing(what: &str) -> impl FnOnce(tokio_postgres::Error) -> FurnishError {
    let what = what.to_owned();
    move |error| FurnishError { what, source: error.into() }
}
