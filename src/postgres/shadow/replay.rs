//! Replaying migrations in a shadow: as they would run, without what a window needs around it.
//!
//! A file keeps its own transaction, is wrapped in one, or runs without any, as in an environment. Statements that reach beyond the
//! database (other databases, other servers, roles that are there already) are passed over and named.

use std::time::Duration;

use super::super::connection::Connection;
use super::super::error::{PgError, ServerError};
use super::super::history;
use super::super::sql::{self, literal};
use crate::migration::name::MigrationName;
use crate::migration::script::{Position, Script, Statement, StatementKind, Structure};
use crate::migration::table::{TableName, quote_identifier};
use crate::migration::text::printable;

/// As whom and under which settings migrations are replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplaySettings {
    /// Who logs in where the migrations run.
    pub login: String,
    /// The role that is taken then (`SET ROLE`).
    pub role: Option<String>,
    /// The schemas of `search_path`, unquoted; empty keeps the database's own.
    pub search_path: Vec<String>,
    /// The longest that a statement may run; zero sets no limit.
    pub statement_timeout: Duration,
    /// Where migrations record themselves.
    pub history_table: TableName,
}

/// A migration that could not be replayed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ReplayFailure {
    /// The migration.
    pub migration: String,
    /// The file, as it was given to the script.
    pub file: String,
    /// Where in it, where that is known.
    pub line: Option<u32>,
    /// PostgreSQL's code for what was wrong.
    pub sqlstate: Option<String>,
    /// What was wrong, in one printable line.
    pub why: String,
}

impl std::fmt::Display for ReplayFailure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} cannot be replayed: {}", self.migration, self.file)?;
        if let Some(line) = self.line {
            write!(formatter, ":{line}")?;
        }
        write!(formatter, ": {}", self.why)?;
        if let Some(sqlstate) = &self.sqlstate {
            write!(formatter, " (SQLSTATE {sqlstate})")?;
        }
        formatter.write_str(".")
    }
}

/// Replays migrations in one database of a shadow, one after the other.
#[derive(Debug)]
pub struct Replay<'c> {
    connection: &'c Connection,
    settings: String,
    table: TableName,
    remarks: Vec<String>,
}

impl<'c> Replay<'c> {
    /// Prepares a database for replays: makes the history table, which files record themselves in.
    ///
    /// # Errors
    /// With what the server says.
    pub async fn begin(connection: &'c Connection, settings: &ReplaySettings) -> Result<Self, PgError> {
        let table = settings.history_table.clone();
        let (schema, login) = (quote_identifier(&table.schema), quote_identifier(&settings.login));
        let statement = format!(
            "{CLEAN}; CREATE SCHEMA IF NOT EXISTS {schema};
             {};
             ALTER TABLE {table} OWNER TO {login}; GRANT ALL ON TABLE {table} TO {login}",
            history::definition(&table)
        );
        sql::rows(connection, &statement).await?;
        Ok(Self { connection, settings: settings.statements(connection), table, remarks: Vec::new() })
    }

    /// Notes migrations as applied, without running them.
    ///
    /// # Errors
    /// With what the server says.
    pub async fn note(&self, names: &[&str]) -> Result<(), PgError> {
        if names.is_empty() {
            return Ok(());
        }
        let rows: Vec<String> =
            names.iter().map(|name| format!("({}, pg_catalog.now(), session_user)", literal(name))).collect();
        let statement = format!(
            "{CLEAN}; INSERT INTO {} (migration_name, applied_at, applied_by) VALUES {} ON CONFLICT DO NOTHING",
            self.table,
            rows.join(", ")
        );
        sql::rows(self.connection, &statement).await.map(drop)
    }

    /// What was passed over until now, a sentence each.
    pub fn into_remarks(self) -> Vec<String> {
        self.remarks
    }

    /// Runs one migration. When it fails, its transaction is rolled back; of a file that runs statement by statement,
    /// what came before stays.
    ///
    /// # Errors
    /// Says where and why it failed; the connection can be used on.
    pub async fn run(&mut self, name: &MigrationName, script: &Script) -> Result<(), Box<ReplayFailure>> {
        if let Err(stop) = self.run_statements(name, script).await {
            // Whatever transaction is open, it is not to be kept. A lost connection is what the failure says.
            let _ = sql::rows(self.connection, "ROLLBACK").await;
            return Err(Box::new(stop.explain(name, script)));
        }
        let noted = self.note(&[name.as_str()]).await;
        noted.map_err(|error| Box::new(Stop { error, at: None }.explain(name, script)))
    }

    async fn run_statements(&mut self, name: &MigrationName, script: &Script) -> Result<(), Stop> {
        self.send(&self.settings).await?;
        let wrapped = script.structure() == Structure::Wrapped;
        if wrapped {
            self.send("BEGIN").await?;
        }
        for statement in script.statements() {
            match Reach::of(statement) {
                Reach::Inside => self.step(script, statement).await?,
                Reach::Role => self.role(script, statement).await?,
                Reach::Beyond(what) => {
                    let line = statement.position.line;
                    self.remarks.push(format!(
                        "{what} in {name}, line {line}, reaches beyond the database and was passed over in the replay."
                    ));
                }
            }
        }
        if wrapped { self.send("COMMIT").await } else { Ok(()) }
    }

    async fn send(&self, text: &str) -> Result<(), Stop> {
        sql::rows(self.connection, text).await.map(drop).map_err(|error| Stop { error, at: None })
    }

    async fn step(&self, script: &Script, statement: &Statement) -> Result<(), Stop> {
        let text = script.text(statement);
        sql::rows(self.connection, text).await.map(drop).map_err(|error| {
            let within = pointed_at(text, &error).unwrap_or(0);
            Stop { at: Some(statement.range.start + within), error }
        })
    }

    /// Creates a role unless it is there: roles belong to the server, and the shadow has been given those of the
    /// environment.
    async fn role(&self, script: &Script, statement: &Statement) -> Result<(), Stop> {
        let in_transaction = script.structure() != Structure::Stepwise;
        if in_transaction {
            self.send("SAVEPOINT tidegate_role").await?;
        }
        match self.step(script, statement).await {
            Err(stop) if stop.error.sqlstate() == Some(DUPLICATE_OBJECT) => {
                if in_transaction {
                    self.send("ROLLBACK TO SAVEPOINT tidegate_role").await?;
                }
                Ok(())
            }
            other => other,
        }
    }
}

/// SQLSTATE `duplicate_object`.
const DUPLICATE_OBJECT: &str = "42710";

/// Puts the session back to where it was when it was opened.
const CLEAN: &str = "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; CLOSE ALL; UNLISTEN *; DEALLOCATE ALL; \
    DISCARD SEQUENCES; DISCARD TEMP; SET synchronous_commit = off; SET client_min_messages = warning";

impl ReplaySettings {
    /// The message that makes them on a session, afresh for each file.
    fn statements(&self, connection: &Connection) -> String {
        let mut message = format!("{CLEAN}; SET statement_timeout = {}", self.statement_timeout.as_millis());
        if !self.search_path.is_empty() {
            let path: Vec<String> = self.search_path.iter().map(|schema| quote_identifier(schema)).collect();
            message += &format!("; SET search_path = {}", path.join(", "));
        }
        let login = quote_identifier(&self.login);
        if connection.info().is_superuser {
            message += &format!("; SET SESSION AUTHORIZATION {login}");
        } else if self.login != connection.info().user {
            message += &format!("; SET ROLE {login}");
        }
        if let Some(role) = &self.role {
            message += &format!("; SET ROLE {}", quote_identifier(role));
        }
        message
    }
}

/// What a statement touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The database that it runs in.
    Inside,
    /// A role, which all databases of a server share.
    Role,
    /// Other databases, other servers, or the server as a whole; with the command's name.
    Beyond(&'static str),
}

impl Reach {
    fn of(statement: &Statement) -> Self {
        match statement.kind {
            StatementKind::Ordinary("CREATE ROLE" | "CREATE USER" | "CREATE GROUP") => Self::Role,
            StatementKind::Ordinary(command @ ("DROP ROLE" | "DROP USER" | "DROP GROUP" | "ALTER DATABASE")) => {
                Self::Beyond(command)
            }
            StatementKind::Ordinary(command) | StatementKind::OutsideTransaction(command)
                if ["SUBSCRIPTION", "SYSTEM", "DATABASE", "TABLESPACE"]
                    .iter()
                    .any(|what| command.split(' ').nth(1) == Some(what) && !command.starts_with("REINDEX")) =>
            {
                Self::Beyond(command)
            }
            _ => Self::Inside,
        }
    }
}

/// Why a script did not come to its end.
struct Stop {
    error: PgError,
    /// The byte of the source at which it was, where that is known.
    at: Option<usize>,
}

impl Stop {
    fn explain(self, name: &MigrationName, script: &Script) -> ReplayFailure {
        let place: Option<Position> = self.at.map(|at| script.position(at));
        let why = match &self.error {
            PgError::Server(error) | PgError::Cancelled(error) => error.message.clone(),
            other => other.to_string(),
        };
        ReplayFailure {
            migration: name.to_string(),
            file: printable(&script.file().display().to_string()).into_owned(),
            line: place.map(|place| place.line),
            sqlstate: self.error.sqlstate().map(str::to_owned),
            why: printable(why.trim_end_matches('.')).into_owned(),
        }
    }
}

/// The byte of a text that was sent to which the server's error points; it counts characters from 1.
fn pointed_at(text: &str, error: &PgError) -> Option<usize> {
    let position = error.server().and_then(|error: &ServerError| error.position)?;
    let character = usize::try_from(position).ok()?.checked_sub(1)?;
    text.char_indices().nth(character).map(|(byte, _)| byte)
}
