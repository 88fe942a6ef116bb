//! Tidegate's own tables in an environment, in the schema `tidegate`: the environment's marker, the runs that left no
//! history row, the windows, and the approvals. The schema is created only when an operator says so.

pub mod approvals;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::connection::Connection;
use super::error::PgError;
use super::grant::WriteGrant;
use super::run::Direction;
use super::sql::{self, Columns};
use crate::migration::table::quote_identifier;

/// The schema.
pub const SCHEMA: &str = "tidegate";
/// The table of unfinished runs.
pub(super) const PROGRESS: &str = "progress";

/// What each version of the schema adds to the one before. A step that was ever released is never changed.
const STEPS: [&str; 2] = [include_str!("store/1.sql"), include_str!("store/2.sql")];

/// Whether the schema `tidegate` is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum StoreState {
    /// It is not.
    Absent,
    /// It is, in a version that this Tidegate reads and writes.
    Present {
        /// The version of its tables.
        version: usize,
    },
    /// It is of an older Tidegate: [`create`] brings it up to date.
    Outdated {
        /// The version of its tables.
        version: usize,
    },
    /// It was made by a newer Tidegate, or is something else by that name.
    Unusable {
        /// The version it says it has; none where it says none.
        version: Option<usize>,
    },
}

impl StoreState {
    /// Whether the marker, the unfinished runs and the windows can be kept there: every version has them.
    pub fn has_tables(self) -> bool {
        matches!(self, StoreState::Present { .. } | StoreState::Outdated { .. })
    }
}

/// Which environment a database is, written into the database itself: a URL that leads to another database than the
/// configuration believes is found out by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// The environment's name.
    pub name: String,
    /// The environment's tier: `development`, `staging`, `production`.
    pub tier: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

/// A run that left no history row behind it: it failed, or its end is still to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The migration.
    pub name: Box<str>,
    /// Whether it was being applied or rolled back.
    pub direction: Direction,
    /// The SHA-256 of the file, in hex.
    pub checksum: Box<str>,
    /// How many of its statements are done and stay done (stepwise scripts only).
    pub done: usize,
    /// The checksum of those statements.
    pub done_checksum: Option<Box<str>>,
    /// How many statements it has.
    pub of: usize,
    /// What the server said, in one line; nothing while it runs or when it was cut off.
    pub error: Option<Box<str>>,
    /// Who ran it.
    pub operator: Option<Box<str>>,
    /// In which window.
    pub window: Option<Box<str>>,
    /// When it was last heard of.
    pub at: Timestamp,
    /// Whether it is a stepwise script's progress: what is done stays done, and a further run resumes there.
    pub resumable: bool,
    /// Which session runs it, if that is still on the server.
    pub running: Option<i32>,
}

/// A window, as the environment remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowRecord {
    /// Its identifier.
    pub id: String,
    /// Who ran it.
    pub operator: String,
    /// When it was opened.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<String>,
    /// What was to be done.
    pub plan: serde_json::Value,
}

/// Looks for the schema `tidegate`. Asks the catalog first, so that nothing shows up in the server's log as an error.
///
/// # Errors
/// The catalog could not be read.
pub async fn probe(connection: &Connection) -> Result<StoreState, PgError> {
    let schema = sql::literal(SCHEMA);
    let exists = format!("SELECT FROM pg_catalog.pg_namespace WHERE nspname = {schema}");
    if sql::rows(connection, &exists).await?.is_empty() {
        return Ok(StoreState::Absent);
    }
    if !is_readable(connection, "version").await? {
        return Ok(StoreState::Unusable { version: None });
    }
    let rows = sql::rows(connection, "SELECT max(version) FROM tidegate.version").await?;
    let version: Option<usize> = rows.first().map(|row| Columns::of(row).number()).transpose()?.flatten();
    Ok(match version {
        Some(version) if version == STEPS.len() => StoreState::Present { version },
        Some(version) if version < STEPS.len() => StoreState::Outdated { version },
        other => StoreState::Unusable { version: other },
    })
}

async fn is_readable(connection: &Connection, table: &str) -> Result<bool, PgError> {
    let (schema, table) = (sql::literal(SCHEMA), sql::literal(table));
    let question = format!(
        "SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = {schema} AND c.relname = {table} AND c.relkind = 'r'
           AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')"
    );
    Ok(!sql::rows(connection, &question).await?.is_empty())
}

/// Creates the schema `tidegate` and its tables, or brings older ones up to date; does nothing where all is there.
///
/// The policy's `role` owns them if it may create schemas here, and else the login; both may write them, and everybody
/// may read the marker. Approvals are another matter: everybody may read them and give their own, and nobody but the
/// owner may write the table.
///
/// # Errors
/// Neither may create a schema, or there is another schema by that name.
pub async fn create(connection: &Connection, grant: &WriteGrant, role: Option<&str>) -> Result<(), PgError> {
    let present = match probe(connection).await? {
        StoreState::Absent => 0,
        StoreState::Present { .. } => return Ok(()),
        StoreState::Outdated { version } => version,
        StoreState::Unusable { version } => {
            let what = version.map_or_else(
                || "it is not Tidegate's own".to_owned(),
                |version| format!("it is of version {version}, and this Tidegate knows {} at most", STEPS.len()),
            );
            return Err(PgError::Protocol(format!("The schema tidegate cannot be used: {what}.")));
        }
    };
    tracing::info!(environment = grant.environment(), from = present, "creating the schema tidegate");
    let mut statements = String::from("BEGIN; SET LOCAL search_path = pg_catalog;\n");
    if let Some(role) = role {
        let may_create = format!(
            "SELECT FROM pg_catalog.pg_roles r
             WHERE r.rolname = {}
               AND pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'CREATE')",
            sql::literal(role)
        );
        if !sql::rows(connection, &may_create).await?.is_empty() {
            statements += &format!("SET LOCAL ROLE {};\n", quote_identifier(role));
        }
    }
    for (version, step) in (1..).zip(STEPS).skip(present) {
        statements += &format!("{step}\nINSERT INTO tidegate.version (version) VALUES ({version});\n");
    }
    let writers = role.map_or_else(String::new, |role| format!(", {}", quote_identifier(role)));
    statements += &format!(
        "GRANT USAGE ON SCHEMA tidegate TO PUBLIC;
         GRANT SELECT ON tidegate.version, tidegate.marker TO PUBLIC;
         GRANT SELECT, INSERT, UPDATE, DELETE ON tidegate.version, tidegate.marker, tidegate.progress, tidegate.windows
             TO SESSION_USER{writers};
         COMMIT"
    );
    sql::transact(connection, &statements).await
}

/// The environment's marker; `None` where there is none or no schema `tidegate`.
///
/// # Errors
/// The server could not be asked.
pub async fn marker(connection: &Connection) -> Result<Option<Marker>, PgError> {
    if !is_readable(connection, "marker").await? {
        return Ok(None);
    }
    let created_at = sql::moment("created_at");
    let statement = format!("SELECT name, tier, {created_at}, created_by FROM tidegate.marker");
    let rows = sql::rows(connection, &statement).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut columns = Columns::of(row);
    Ok(Some(Marker {
        name: columns.string()?,
        tier: columns.string()?,
        created_at: columns.moment()?.unwrap_or_default(),
        created_by: columns.string()?,
    }))
}

/// Writes the environment's marker, in place of an earlier one.
///
/// # Errors
/// There is no schema `tidegate`, or the login may not write there.
pub async fn set_marker(connection: &Connection, grant: &WriteGrant, name: &str, tier: &str) -> Result<(), PgError> {
    tracing::info!(environment = grant.environment(), name, tier, "marking the database");
    let statements = format!(
        "BEGIN;
         DELETE FROM tidegate.marker;
         INSERT INTO tidegate.marker (name, tier, created_by) VALUES ({}, {}, session_user);
         COMMIT",
        sql::literal(name),
        sql::literal(tier)
    );
    sql::transact(connection, &statements).await
}

/// The runs that left no history row; none where there is no schema `tidegate`, or where it may not be read.
///
/// # Errors
/// The server could not be asked.
pub async fn attempts(connection: &Connection) -> Result<Vec<Attempt>, PgError> {
    if !is_readable(connection, PROGRESS).await? {
        return Ok(Vec::new());
    }
    let updated_at = sql::moment("p.updated_at");
    let statement = format!(
        "SELECT p.migration, p.direction, p.checksum, p.done, p.statements, p.error, p.operator, p.window_id,
                            {updated_at}, p.resumable, a.pid, p.done_checksum
                     FROM tidegate.progress p
                     LEFT JOIN pg_catalog.pg_stat_activity a
                            ON a.pid = p.backend_pid AND a.datname = pg_catalog.current_database()
                           AND p.error IS NULL
                     ORDER BY p.migration COLLATE \"C\""
    );
    let rows = sql::rows(connection, &statement).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(Attempt {
                name: columns.text()?.into(),
                direction: if columns.text()? == "down" { Direction::Down } else { Direction::Up },
                checksum: columns.text()?.into(),
                done: columns.number()?.unwrap_or_default(),
                of: columns.number()?.unwrap_or_default(),
                error: columns.optional()?.map(Into::into),
                operator: columns.optional()?.map(Into::into),
                window: columns.optional()?.map(Into::into),
                at: columns.moment()?.unwrap_or_default(),
                resumable: columns.truth()?,
                running: columns.number()?,
                done_checksum: columns.optional()?.map(Into::into),
            })
        })
        .collect()
}

/// Notes that a window was opened.
///
/// # Errors
/// There is no schema `tidegate`, or the login may not write there.
pub async fn open_window(
    connection: &Connection,
    grant: &WriteGrant,
    id: &str,
    operator: &str,
    plan: &serde_json::Value,
) -> Result<(), PgError> {
    tracing::info!(environment = grant.environment(), id, "noting a window");
    let statement = format!(
        "INSERT INTO tidegate.windows (id, operator, plan) VALUES ({}, {}, {}) ON CONFLICT (id) DO NOTHING",
        sql::literal(id),
        sql::literal(operator),
        sql::literal(&plan.to_string())
    );
    sql::rows(connection, &statement).await.map(drop)
}

/// Notes how a window ended.
///
/// # Errors
/// There is no schema `tidegate`, or the login may not write there.
pub async fn finish_window(connection: &Connection, id: &str, outcome: &str) -> Result<(), PgError> {
    let statement = format!(
        "UPDATE tidegate.windows SET finished_at = pg_catalog.now(), outcome = {} WHERE id = {}",
        sql::literal(outcome),
        sql::literal(id)
    );
    sql::rows(connection, &statement).await.map(drop)
}

/// The windows, the latest first; none where there is no schema `tidegate`.
///
/// # Errors
/// The server could not be asked.
pub async fn windows(connection: &Connection, limit: u32) -> Result<Vec<WindowRecord>, PgError> {
    if !is_readable(connection, "windows").await? {
        return Ok(Vec::new());
    }
    let statement = format!(
        "SELECT id, operator, {}, {},
                outcome, plan
         FROM tidegate.windows ORDER BY started_at DESC LIMIT {limit}",
        sql::moment("started_at"),
        sql::moment("finished_at"),
    );
    let rows = sql::rows(connection, &statement).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::of(row);
            Ok(WindowRecord {
                id: columns.string()?,
                operator: columns.string()?,
                started_at: columns.moment()?.unwrap_or_default(),
                finished_at: columns.moment()?,
                outcome: columns.optional()?.map(str::to_owned),
                plan: serde_json::from_str(columns.text()?).unwrap_or_default(),
            })
        })
        .collect()
}
