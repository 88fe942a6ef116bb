//! Who does what on the server right now: who blocks us, whom we block, long transactions, running dumps, sessions.
//!
//! All of it is read from `pg_stat_activity`, `pg_locks` and `pg_blocking_pids()` on a second connection, because the
//! one that runs a script cannot answer while it waits. What other sessions say about themselves is sanitised here.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::connection::Connection;
use super::error::PgError;
use super::sql::{self, Columns};
use crate::migration::text::{printable, shortened};

/// A session that another one waits for, or that waits for another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    /// The session's process on the server (`pg_stat_activity.pid`).
    pub pid: i32,
    /// Who it is logged in as.
    pub user: String,
    /// What it calls itself (`application_name`).
    pub application: String,
    /// Where it comes from: an address, or `local`.
    pub client: String,
    /// `active`, `idle in transaction` … (`pg_stat_activity.state`), or the kind of background process.
    pub state: String,
    /// What it runs, or ran last: one printable line, cut to a screen's width or two.
    pub query: String,
    /// Since when its transaction is open.
    pub since: Option<Timestamp>,
    /// How long the waiting one has waited, where the server tells (14 and later).
    pub waiting: Option<Duration>,
    /// The lock in question: `AccessExclusiveLock on public.campaigns`.
    pub lock: Option<String>,
}

/// One session or background process (`pg_stat_activity`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its process on the server.
    pub pid: i32,
    /// The database it is connected to.
    pub database: String,
    /// Who it is logged in as.
    pub user: String,
    /// What it calls itself (`application_name`).
    pub application: String,
    /// Where it comes from: an address, or `local`.
    pub client: String,
    /// `active`, `idle`, `idle in transaction` …
    pub state: String,
    /// What it waits for: `Lock: relation`, `Client: ClientRead` …
    pub waits_for: Option<String>,
    /// Since when its transaction is open.
    pub transaction_since: Option<Timestamp>,
    /// Since when its statement runs, or when the last one began.
    pub query_since: Option<Timestamp>,
    /// What it runs, or ran last: one printable line.
    pub query: String,
    /// The sessions that it waits for (`pg_blocking_pids`).
    pub blocked_by: Vec<i32>,
}

/// How long a statement of another session may become on our side, in characters.
const QUERY_LENGTH: usize = 240;
/// How far a chain of sessions that wait for one another is followed.
const CHAIN_LENGTH: u32 = 8;

/// What to select from `pg_stat_activity` as `a` to read a [`Blocker`]; the words of the lock in question, and for how
/// many seconds it has been waited for, come behind it.
fn blocker() -> String {
    format!(
        "a.pid, a.usename, a.application_name, coalesce(pg_catalog.host(a.client_addr), 'local'), \
         coalesce(a.state, a.backend_type), a.query, {}",
        sql::moment("a.xact_start")
    )
}

/// Joins the lock that the session `pid` (an expression) waits for, in words, and since how many seconds. The moment when
/// a wait began is there from version 14 on; older ones have no such column.
fn wanted_lock(pid: &str) -> String {
    format!(
        "LEFT JOIN LATERAL (
             SELECT pg_catalog.concat(l.mode, ' on ', coalesce(pg_catalog.quote_ident(n.nspname) || '.' ||
                        pg_catalog.quote_ident(c.relname), l.locktype)) AS words,
                    pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() -
                        (pg_catalog.to_jsonb(l) ->> 'waitstart')::timestamptz) AS seconds
             FROM pg_catalog.pg_locks l
             LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
             LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE l.pid = {pid} AND NOT l.granted LIMIT 1) w ON true"
    )
}

fn read_blocker(columns: &mut Columns<'_>) -> Result<Blocker, PgError> {
    let pid = columns.number()?.unwrap_or_default();
    Ok(Blocker {
        pid,
        user: printable(columns.text()?).into_owned(),
        application: printable(columns.text()?).into_owned(),
        client: printable(columns.text()?).into_owned(),
        // Only a prepared transaction blocks without a session.
        state: columns.optional()?.map_or_else(|| "prepared transaction".to_owned(), |state| printable(state).into()),
        query: one_line(columns.text()?),
        since: columns.moment()?,
        lock: columns.optional()?.map(|words| printable(words).into_owned()),
        waiting: columns.number::<f64>()?.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
    })
}

fn one_line(query: &str) -> String {
    let joined = query.split_whitespace().collect::<Vec<_>>().join(" ");
    shortened(&printable(&joined), QUERY_LENGTH).into_owned()
}

async fn read_all<T>(
    connection: &Connection,
    question: &str,
    read: impl Fn(&mut Columns<'_>) -> Result<T, PgError>,
) -> Result<Vec<T>, PgError> {
    let rows = sql::rows(connection, question).await?;
    rows.iter().map(|row| read(&mut Columns::of(row))).collect()
}

/// The sessions that the session `pid` waits for (`pg_blocking_pids`), the nearest first, with those that they wait
/// for in turn.
///
/// # Errors
/// The server could not be asked.
pub async fn blockers(connection: &Connection, pid: i32) -> Result<Vec<Blocker>, PgError> {
    let blocker = blocker();
    let question = format!(
        "WITH RECURSIVE chain (waiter, pid, depth) AS (
             SELECT {pid}, b, 1 FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids({pid})) b
             UNION
             SELECT c.pid, b, c.depth + 1 FROM chain c, pg_catalog.unnest(pg_catalog.pg_blocking_pids(c.pid)) b
             WHERE c.depth < {CHAIN_LENGTH}
         ), nearest AS (
             SELECT DISTINCT ON (pid) waiter, pid, depth FROM chain ORDER BY pid, depth
         )
         SELECT {blocker}, w.words, w.seconds
         FROM nearest LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = nearest.pid
         {}
         ORDER BY nearest.depth, nearest.pid",
        wanted_lock("nearest.waiter")
    );
    read_all(connection, &question, read_blocker).await
}

/// The sessions that wait for the session `pid`, those that wait the longest first.
///
/// # Errors
/// The server could not be asked.
pub async fn blocked_by(connection: &Connection, pid: i32) -> Result<Vec<Blocker>, PgError> {
    let blocker = blocker();
    let question = format!(
        "SELECT {blocker}, w.words, w.seconds
         FROM pg_catalog.pg_stat_activity a {}
         WHERE a.wait_event_type = 'Lock' AND {pid} = ANY (pg_catalog.pg_blocking_pids(a.pid))
         ORDER BY w.seconds DESC NULLS LAST, a.pid",
        wanted_lock("a.pid")
    );
    read_all(connection, &question, read_blocker).await
}

/// Transactions of other sessions in this database that have been open for longer than `older_than`, prepared ones
/// included, the oldest first: DDL would wait for them.
///
/// # Errors
/// The server could not be asked.
pub async fn long_transactions(connection: &Connection, older_than: Duration) -> Result<Vec<Blocker>, PgError> {
    let seconds = older_than.as_secs_f64();
    // An autovacuum gives way to DDL, unless it works against wraparound.
    let (blocker, prepared) = (blocker(), sql::moment("prepared"));
    let question = format!(
        "SELECT {blocker}, NULL, NULL
         FROM pg_catalog.pg_stat_activity a
         WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
           AND a.xact_start < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => {seconds})
           AND (a.backend_type = 'client backend' OR a.query LIKE 'autovacuum:%to prevent wraparound%')
         UNION ALL
         SELECT 0, owner, '', 'local', 'prepared transaction', gid, {prepared}, NULL, NULL
         FROM pg_catalog.pg_prepared_xacts
         WHERE database = pg_catalog.current_database()
           AND prepared < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => {seconds})
         ORDER BY 7"
    );
    read_all(connection, &question, read_blocker).await
}

/// Dumps of this database that are running: each holds a lock on every table until its end.
///
/// # Errors
/// The server could not be asked.
pub async fn running_dumps(connection: &Connection) -> Result<Vec<Blocker>, PgError> {
    let blocker = blocker();
    let question = format!(
        "SELECT {blocker}, NULL, NULL
         FROM pg_catalog.pg_stat_activity a
         WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
           AND a.backend_type = 'client backend' AND a.xact_start IS NOT NULL
           AND (a.application_name LIKE 'pg\\_dump%' OR a.query LIKE 'COPY % TO stdout;')
         ORDER BY a.xact_start"
    );
    read_all(connection, &question, read_blocker).await
}

/// The client sessions of this database but this one, those that others wait for first.
///
/// # Errors
/// The server could not be asked.
pub async fn sessions(connection: &Connection) -> Result<Vec<Session>, PgError> {
    let question = format!(
        "WITH waiting AS (
             SELECT a.pid, pg_catalog.pg_blocking_pids(a.pid) AS blocked_by
             FROM pg_catalog.pg_stat_activity a WHERE a.wait_event_type = 'Lock'
         )
         SELECT a.pid, a.datname, a.usename, a.application_name, coalesce(pg_catalog.host(a.client_addr), 'local'),
                coalesce(a.state, a.backend_type), a.wait_event_type || ': ' || a.wait_event,
                {}, {}, a.query,
                pg_catalog.array_to_string(waiting.blocked_by, ' ')
         FROM pg_catalog.pg_stat_activity a LEFT JOIN waiting USING (pid)
         WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
           AND a.backend_type = 'client backend'
         ORDER BY EXISTS (SELECT FROM waiting o WHERE a.pid = ANY (o.blocked_by)) DESC, a.xact_start, a.pid",
        sql::moment("a.xact_start"),
        sql::moment("a.query_start"),
    );
    let read = |columns: &mut Columns<'_>| {
        Ok(Session {
            pid: columns.number()?.unwrap_or_default(),
            database: printable(columns.text()?).into_owned(),
            user: printable(columns.text()?).into_owned(),
            application: printable(columns.text()?).into_owned(),
            client: printable(columns.text()?).into_owned(),
            state: columns.string()?,
            waits_for: columns.optional()?.map(str::to_owned),
            transaction_since: columns.moment()?,
            query_since: columns.moment()?,
            query: one_line(columns.text()?),
            blocked_by: columns.text()?.split(' ').filter_map(|pid| pid.parse().ok()).collect(),
        })
    };
    read_all(connection, &question, read).await
}
