//! What the server is asked before and while a backup is taken.
//!
//! The dump and the manifest must speak of the same moment, so the survey opens the transaction whose snapshot
//! `pg_dump` then uses (`pg_export_snapshot`), and keeps it open until the dump is done.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use super::super::connection::{Connection, SessionOptions};
use super::super::error::PgError;
use super::super::history::{self, HistoryState, HistoryTable};
use super::progress::{Copied, Table};
use super::{BackupMigration, MigrationRecord};
use crate::config::Target;

/// How long a size may wait for a table that another session holds exclusively, in milliseconds.
const SIZE_PATIENCE: u32 = 500;

/// Which tables `pg_dump` will dump rows of: ordinary ones (partitions too) that neither the system nor an extension
/// owns. A standby has no rows of unlogged tables.
const DUMPED: &str = "
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r'
      and c.relpersistence <> 't'
      and (c.relpersistence <> 'u' or not pg_catalog.pg_is_in_recovery())
      and n.nspname !~ '^pg_'
      and n.nspname <> 'information_schema'
      and not exists (
          select from pg_catalog.pg_depend d
          where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e')";

/// What the database is, before anything is written.
#[derive(Debug)]
pub(super) struct Sizes {
    /// `pg_database_size`, in bytes.
    pub(super) database: u64,
    /// What a dump can take at the most, by the rule of [`super::room::is_enough`]: tables with TOAST, large objects.
    pub(super) dumped: u64,
    tables: HashMap<u32, u64>,
}

/// What the database is in the snapshot that the dump is taken from.
#[derive(Debug)]
pub(super) struct Survey {
    /// For `pg_dump --snapshot`.
    pub(super) snapshot: String,
    /// The moment that the snapshot shows.
    pub(super) at: Timestamp,
    /// Position in the WAL, where the server says it.
    pub(super) lsn: Option<String>,
    /// Encoding of the database.
    pub(super) encoding: String,
    /// Tables whose rows are dumped.
    pub(super) tables: Vec<Table>,
    /// The history, in order; none where there is no history table. Else why it cannot be read, in words.
    pub(super) migrations: Result<Vec<BackupMigration>, String>,
}

/// The session that holds the snapshot.
#[derive(Debug)]
pub(super) struct Surveyor {
    connection: Connection,
}

impl Surveyor {
    /// Opens the session.
    pub(super) async fn open(target: &Target) -> Result<Self, super::super::ConnectError> {
        let connection = Connection::open(target, &options("backup snapshot")).await?;
        Ok(Self { connection })
    }

    /// The session's connection.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Asks for sizes. A table that another session holds exclusively counts by the planner's last knowledge of it.
    pub(super) async fn sizes(&self) -> Result<Sizes, PgError> {
        let client = self.connection.client();
        client
            .batch_execute(&format!("set lock_timeout = {SIZE_PATIENCE}; set idle_in_transaction_session_timeout = 0"))
            .await?;
        let exact = format!("select c.oid, pg_catalog.pg_table_size(c.oid) {DUMPED}");
        let known = format!(
            "select c.oid, (c.relpages + coalesce((select t.relpages from pg_catalog.pg_class t \
             where t.oid = c.reltoastrelid), 0))::bigint * pg_catalog.current_setting('block_size')::bigint {DUMPED}"
        );
        let rows = match client.query(&exact, &[]).await.map_err(PgError::from) {
            Err(PgError::Server(error)) if error.is_lock_timeout() => client.query(&known, &[]).await?,
            rows => rows?,
        };
        let mut tables = HashMap::new();
        for row in rows {
            let bytes: Option<i64> = row.try_get(1)?;
            tables.insert(row.try_get(0)?, unsigned(bytes.unwrap_or(0)));
        }
        let row = client
            .query_one(
                "select pg_catalog.pg_database_size(pg_catalog.current_database()),
                        pg_catalog.pg_table_size('pg_catalog.pg_largeobject')",
                &[],
            )
            .await?;
        Ok(Sizes {
            database: unsigned(row.try_get(0)?),
            dumped: tables.values().sum::<u64>() + unsigned(row.try_get(1)?),
            tables,
        })
    }

    /// Takes the snapshot and reads from it what the manifest says.
    pub(super) async fn survey(&self, sizes: &Sizes, history: &HistoryTable) -> Result<Survey, PgError> {
        let client = self.connection.client();
        // From PostgreSQL 17 on, a transaction may be given an end; this one lasts as long as the dump.
        if self.connection.info().version.major >= 17 {
            client.batch_execute("set transaction_timeout = 0").await?;
        }
        client.batch_execute("begin transaction isolation level repeatable read, read only").await?;
        let row = client
            .query_one(
                "select pg_catalog.pg_export_snapshot(),
                        pg_catalog.transaction_timestamp(),
                        (case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn()
                              else pg_catalog.pg_current_wal_lsn() end)::text,
                        pg_catalog.pg_encoding_to_char(d.encoding)::text
                 from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()",
                &[],
            )
            .await?;
        let mut tables = Vec::new();
        let listed =
            format!("select c.oid, n.nspname::text, c.relname::text, c.reltuples::float8 {DUMPED} order by 2, 3");
        for table in client.query(&listed, &[]).await? {
            let (oid, schema, name, rows): (u32, String, String, f64) =
                (table.try_get(0)?, table.try_get(1)?, table.try_get(2)?, table.try_get(3)?);
            tables.push(Table {
                oid,
                label: format!("{schema}.{name}"),
                bytes: sizes.tables.get(&oid).copied().unwrap_or(0),
                rows: (rows >= 0.0).then_some(rows),
            });
        }
        Ok(Survey {
            snapshot: row.try_get(0)?,
            at: row.try_get(1)?,
            lsn: row.try_get(2)?,
            encoding: row.try_get(3)?,
            tables,
            migrations: self.migrations(history).await,
        })
    }

    /// The history as the snapshot shows it; the error says why it cannot be read.
    async fn migrations(&self, table: &HistoryTable) -> Result<Vec<BackupMigration>, String> {
        let words = |error: PgError| error.to_string();
        match history::probe(&self.connection, table).await.map_err(words)? {
            HistoryState::Absent => return Ok(Vec::new()),
            HistoryState::WrongShape(what) => return Err(what),
            state if !state.is_readable() => return Err(format!("{} may not read it", self.connection.info().user)),
            HistoryState::Present { .. } => {}
        }
        let rows = history::read(&self.connection, table).await.map_err(words)?;
        Ok(rows
            .into_iter()
            .map(|row| BackupMigration {
                name: row.name.to_string(),
                checksum: row.checksum.as_deref().map(ToOwned::to_owned),
                status: if row.rolled_back { MigrationRecord::RolledBack } else { MigrationRecord::Applied },
            })
            .collect())
    }
}

/// One of `pg_dump`'s sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DumpSession {
    /// The server process.
    pub(super) pid: i32,
    /// It waits for a lock.
    pub(super) waits: bool,
    /// The table that it copies, and how much of it it has.
    pub(super) copies: Option<(u32, Copied)>,
}

/// A second session, which sees what `pg_dump`'s sessions do.
#[derive(Debug)]
pub(super) struct Watcher {
    connection: Connection,
    application_name: String,
}

impl Watcher {
    /// Opens it, to watch the sessions of this `application_name`.
    pub(super) async fn open(target: &Target, application_name: &str) -> Result<Self, super::super::ConnectError> {
        let connection = Connection::open(target, &options("backup watch")).await?;
        Ok(Self { connection, application_name: application_name.to_owned() })
    }

    /// The session's connection.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// `pg_dump`'s sessions.
    pub(super) async fn sessions(&self) -> Result<Vec<DumpSession>, PgError> {
        // PostgreSQL 13 does not tell how far a COPY is.
        let (copied, join) = if self.connection.info().version.major >= 14 {
            (
                "p.relid, p.tuples_processed, p.bytes_processed",
                "left join pg_catalog.pg_stat_progress_copy p on p.pid = a.pid",
            )
        } else {
            ("null::oid, null::bigint, null::bigint", "")
        };
        let query = format!(
            "select a.pid, coalesce(a.wait_event_type = 'Lock', false), {copied} \
             from pg_catalog.pg_stat_activity a {join} where a.application_name = $1"
        );
        let rows = self.connection.client().query(&query, &[&self.application_name]).await?;
        rows.into_iter()
            .map(|row| {
                let table: Option<u32> = row.try_get(2)?;
                let (rows, bytes): (Option<i64>, Option<i64>) = (row.try_get(3)?, row.try_get(4)?);
                let copied =
                    Copied { rows: unsigned(rows.unwrap_or_default()), bytes: unsigned(bytes.unwrap_or_default()) };
                Ok(DumpSession {
                    pid: row.try_get(0)?,
                    waits: row.try_get(1)?,
                    copies: table.map(|table| (table, copied)),
                })
            })
            .collect()
    }

    /// Ends what is left of `pg_dump`'s sessions on the server, for the case that it was killed in the middle of a
    /// statement.
    pub(super) async fn end_sessions(&self) -> Result<(), PgError> {
        self.connection
            .client()
            .query(
                "select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity \
                 where application_name = $1",
                &[&self.application_name],
            )
            .await?;
        Ok(())
    }
}

fn options(purpose: &str) -> SessionOptions {
    SessionOptions {
        application_name: purpose.to_owned(),
        read_only: true,
        statement_timeout: Some(Duration::from_secs(60)),
        ..SessionOptions::default()
    }
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
