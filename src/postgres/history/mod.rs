//! The rows of the history table in one environment: whether it is there and usable, what it says, and whether it
//! changed since it was last read.
//!
//! The table is the governance document's `public.migrations_history`; schema and name can be configured. It is always
//! named with its schema.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio_postgres::SimpleQueryMessage;

use super::connection::Connection;
use super::error::PgError;
use super::grant::WriteGrant;
use super::sql::{self, Columns};
use super::store;
use crate::migration::table::quote_identifier;

mod decode;
pub(super) mod shape;
mod texts;

pub(super) use decode::{COLUMN_COUNT, columns, decode, decode_after};
pub use texts::SharedTexts;

/// Which table holds the history, as the catalog spells it (no quotes).
pub use crate::migration::table::TableName as HistoryTable;

/// What a database has in the place of the history table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum HistoryState {
    /// Nothing by that name.
    Absent,
    /// A history table.
    Present {
        /// Whether this login may read it.
        readable: bool,
        /// Whether this login may write it.
        writable: bool,
        /// What this login may not do there, in words ("INSERT on public.migrations_history"); empty when nothing is
        /// missing.
        missing: Vec<String>,
    },
    /// Something else by that name: what, in words.
    WrongShape(String),
}

impl HistoryState {
    /// Whether the rows can be read.
    pub fn is_readable(&self) -> bool {
        matches!(self, HistoryState::Present { readable: true, .. })
    }

    /// Whether rows can be written.
    pub fn is_writable(&self) -> bool {
        matches!(self, HistoryState::Present { writable: true, .. })
    }
}

/// One row of the history: what the database says about one migration. Kept small, for a board holds many thousands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRow {
    /// `id`.
    pub id: i64,
    /// `migration_name`.
    pub name: Arc<str>,
    /// `applied_at`: when the transaction that applied it began.
    pub applied_at: Timestamp,
    /// `applied_by`: the login that applied it.
    pub applied_by: Arc<str>,
    /// `execution_time`.
    pub execution_time: Option<Duration>,
    /// `checksum`, as it stands there: other tools may have written something else than a SHA-256 in hex.
    pub checksum: Option<Arc<str>>,
    /// `rollback_applied`, with null as false.
    pub rolled_back: bool,
    /// `rollback_at`.
    pub rollback_at: Option<Timestamp>,
    /// What Tidegate's own metadata says, if there is any.
    pub facts: Option<Box<Facts>>,
}

/// Who applied a migration or rolled it back, for whom and why: what Tidegate keeps in the row's `metadata` under
/// `tidegate`, of which this is the part that a board shows. It is about the last thing that happened: of a migration
/// that is rolled back it tells who rolled it back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The ticket.
    pub ticket: Option<Arc<str>>,
    /// The author of the file.
    pub author: Option<Arc<str>>,
    /// The operator at the console.
    pub operator: Option<Arc<str>>,
    /// The window.
    pub window: Option<Arc<str>>,
    /// Why it was rolled back.
    pub reason: Option<Arc<str>>,
    /// The git commit of the files.
    pub commit: Option<Arc<str>>,
    /// The backup that was taken before.
    pub backup: Option<Arc<str>>,
    /// How often it was applied and rolled back before.
    pub rounds: u32,
    /// The checksum of the file that was applied, with its line endings made alike; none where that is the row's own
    /// checksum.
    pub normalised: Option<Arc<str>>,
}

/// A row with everything that its `metadata` holds.
#[derive(Debug, Clone, PartialEq)]
pub struct FullRow {
    /// The row.
    pub row: HistoryRow,
    /// Its metadata, whoever wrote it.
    pub metadata: Option<serde_json::Value>,
}

/// How much of the history's rows is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What says how each migration stands. Takes the server a third of the time: of the others, `execution_time` and
    /// what the metadata says are left out, but for those whose metadata has a checksum.
    Standing,
    /// All of it.
    Full,
}

/// What changes whenever the history, or the record of unfinished runs, changes: cheap to ask for, compared and never
/// shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeToken(Vec<Option<String>>);

/// Looks for the history table: whether it is there, has the right shape, and what this login may do with it.
///
/// # Errors
/// The catalog could not be read.
pub async fn probe(connection: &Connection, table: &HistoryTable) -> Result<HistoryState, PgError> {
    Ok(shape::find(connection, table, None).await?.state())
}

/// Reads all rows, in the order of their names.
///
/// # Errors
/// The table is not there, has another shape, or may not be read: [`probe`] tells beforehand.
pub async fn read(connection: &Connection, table: &HistoryTable) -> Result<Vec<HistoryRow>, PgError> {
    read_sharing(connection, table, Detail::Full, &SharedTexts::default()).await
}

/// Reads so much of all rows, in the order of their names, and shares their texts with those of other environments.
///
/// # Errors
/// As for [`read`].
pub async fn read_sharing(
    connection: &Connection,
    table: &HistoryTable,
    detail: Detail,
    texts: &SharedTexts,
) -> Result<Vec<HistoryRow>, PgError> {
    let statement = format!("SELECT {} FROM {table} h", decode::columns_of(detail));
    let answers = connection.client().simple_query_raw(&statement).await?;
    let mut answers = std::pin::pin!(answers);
    let mut history = Vec::new();
    while let Some(answer) = answers.try_next().await? {
        if let SimpleQueryMessage::Row(row) = answer {
            history.push(decode::sharing(&row, 0, texts)?);
        }
    }
    // Rows come about in this order as it is, so that this costs less than to have the server sort them.
    history.sort_by(|one, other| one.name.cmp(&other.name));
    history.shrink_to_fit();
    texts.sweep();
    Ok(history)
}

/// Reads one migration's row with all its metadata.
///
/// # Errors
/// As for [`read`].
pub async fn read_one(connection: &Connection, table: &HistoryTable, name: &str) -> Result<Option<FullRow>, PgError> {
    let name = sql::literal(name);
    let columns = columns();
    let statement = format!("SELECT {columns}, h.metadata FROM {table} h WHERE h.migration_name = {name}");
    let rows = sql::rows(connection, &statement).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let metadata = Columns::of(row).skipping(COLUMN_COUNT).optional()?;
    let metadata = metadata.map(serde_json::from_str).transpose();
    let metadata = metadata.map_err(|error| PgError::Protocol(format!("the row's metadata is no JSON: {error}.")))?;
    Ok(Some(FullRow { row: decode(row)?, metadata }))
}

/// Asks for the change token: two short round trips and, of each table, a scan that returns one row.
///
/// A row that is inserted, updated or deleted changes the number of rows or the sum of their `xmin` (the transactions
/// that wrote them): the statistics' counters would be cheaper to read, but the server may hold them back for a minute,
/// and `applied_at` says nothing of a row that is deleted or changed by hand.
///
/// # Errors
/// The catalog could not be read, or a table was dropped between the two round trips.
pub async fn change_token(connection: &Connection, table: &HistoryTable) -> Result<ChangeToken, PgError> {
    let (progress, approvals) = (store::PROGRESS, store::approvals::TABLE);
    let oid = |schema: &str, name: &str| {
        format!(
            "(SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname = {} AND c.relname = {} AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                AND pg_catalog.has_table_privilege(c.oid, 'SELECT'))",
            sql::literal(schema),
            sql::literal(name)
        )
    };
    let tables = [
        (table.schema.as_str(), table.table.as_str(), table.to_string()),
        (store::SCHEMA, progress, format!("{}.{progress}", store::SCHEMA)),
        (store::SCHEMA, approvals, format!("{}.{approvals}", store::SCHEMA)),
    ];
    let questions: Vec<String> = tables.iter().map(|(schema, name, _)| oid(schema, name)).collect();
    let found = sql::row(connection, &format!("SELECT {}", questions.join(", "))).await?;
    let mut columns = Columns::of(&found);
    let mut token = Vec::with_capacity(2 * tables.len());
    for _ in &tables {
        token.push(columns.optional()?.map(str::to_owned));
    }
    let states: Vec<String> = token
        .iter()
        .zip(&tables)
        .map(|(oid, (.., table))| match oid {
            None => "NULL".to_owned(),
            Some(_) => format!(
                "(SELECT pg_catalog.concat(pg_catalog.count(*), ' ', pg_catalog.sum(xmin::text::bigint)) FROM {table})"
            ),
        })
        .collect();
    let states = sql::row(connection, &format!("SELECT {}", states.join(", "))).await?;
    let mut columns = Columns::of(&states);
    for _ in &tables {
        token.push(columns.optional()?.map(str::to_owned));
    }
    Ok(ChangeToken(token))
}

/// The statement that makes the history table as the governance document defines it, where it is not there.
#[must_use]
pub fn definition(table: &HistoryTable) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {table} (
             id SERIAL PRIMARY KEY,
             migration_name TEXT UNIQUE NOT NULL,
             applied_at TIMESTAMPTZ NOT NULL,
             applied_by TEXT NOT NULL,
             execution_time INTERVAL,
             checksum TEXT,
             rollback_applied BOOLEAN DEFAULT FALSE,
             rollback_at TIMESTAMPTZ,
             metadata JSONB
         )"
    )
}

/// Creates the history table as the governance document defines it, and its schema where that is missing. `role` owns
/// them where the policy names one. Does nothing where the table is there.
///
/// # Errors
/// The login, or the role, may not create it, or the grant's environment is a standby.
pub async fn create(
    connection: &Connection,
    grant: &WriteGrant,
    table: &HistoryTable,
    role: Option<&str>,
) -> Result<(), PgError> {
    tracing::info!(environment = grant.environment(), table = %table, "creating the history table");
    let set_role = role.map(|role| format!("SET LOCAL ROLE {};", quote_identifier(role))).unwrap_or_default();
    let schema = quote_identifier(&table.schema);
    let name = sql::literal(&table.schema);
    // CREATE SCHEMA IF NOT EXISTS wants the privilege to create even where there is nothing to create.
    let has_schema = format!("SELECT FROM pg_catalog.pg_namespace WHERE nspname = {name}");
    let create_schema = match sql::rows(connection, &has_schema).await?.is_empty() {
        true => format!("CREATE SCHEMA IF NOT EXISTS {schema};"),
        false => String::new(),
    };
    let statement = format!(
        "BEGIN;
         SET LOCAL search_path = pg_catalog;
         {set_role}
         {create_schema}
         {};
         COMMIT",
        definition(table)
    );
    sql::transact(connection, &statement).await
}
