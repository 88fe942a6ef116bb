//! Commits that share one wait for the disk.
//!
//! Where several scripts run one after the other, waiting for the disk after each of them is most of the time that
//! small ones take. Each still has a transaction of its own, but the commits of a group are written without waiting
//! (`synchronous_commit = off`, for that transaction alone), and one wait at the group's end puts all of them on the
//! disk: the write-ahead log is one sequence, so what comes later in it cannot be there without what came before. A
//! server that crashes within the group loses its latest commits, each as a whole, with its row of the history; that
//! is why nobody may be told that a script is done before its group is on the disk.
//! See the PostgreSQL documentation, "Asynchronous Commit".

use std::time::Duration;

use tokio::time::Instant;

use crate::migration::script::Structure;
use crate::postgres::connection::Connection;
use crate::postgres::error::PgError;
use crate::postgres::sql;

use super::ScriptRun;
use super::stepwise;

/// For how long a group may grow.
const SPAN: Duration = Duration::from_millis(200);
/// How many commits a group may have.
const SIZE: u32 = 64;

/// The statement that lets the commit of its transaction go without waiting for the disk.
pub(super) const WITHOUT_WAITING: &str = "SET LOCAL synchronous_commit = off";

/// The group that is being formed.
#[derive(Debug)]
pub(super) struct Group {
    /// Whether there can be groups: the login may write the mark that ends one.
    possible: bool,
    commits: u32,
    since: Option<Instant>,
}

impl Group {
    /// Finds out whether groups can be formed in this session.
    pub(super) async fn find(connection: &Connection) -> Result<Group, PgError> {
        let question = "SELECT pg_catalog.has_function_privilege(session_user, p.oid, 'EXECUTE') \
             FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace \
                 AND p.proname = 'pg_logical_emit_message' AND p.proargtypes[2] = 'pg_catalog.text'::pg_catalog.regtype";
        let rows = sql::rows(connection, question).await?;
        let possible = match rows.first() {
            Some(row) => sql::Columns::of(row).truth()?,
            None => false,
        };
        Ok(Group { possible, commits: 0, since: None })
    }

    /// Whether the commit of a script may be left to the end of the group. One that says something about it itself,
    /// or has no single commit, may not.
    pub(super) fn takes(&self, run: &ScriptRun<'_>) -> bool {
        self.possible
            && self.commits + 1 < SIZE
            && self.since.is_none_or(|since| since.elapsed() < SPAN)
            && run.script.structure() != Structure::Stepwise
            && !speaks_of_commits(run)
    }

    /// A commit was left to the end of the group.
    pub(super) fn grow(&mut self) {
        self.commits += 1;
        self.since.get_or_insert_with(Instant::now);
    }

    /// Everything is on the disk.
    pub(super) fn end(&mut self) {
        self.commits = 0;
        self.since = None;
    }

    /// Whether there are commits that nobody has waited for.
    pub(super) fn is_open(&self) -> bool {
        self.commits > 0
    }
}

/// Whether a script decides by itself whether its commit waits for the disk, so that it must not be relied upon.
pub(super) fn speaks_of_commits(run: &ScriptRun<'_>) -> bool {
    run.script.source().to_ascii_lowercase().contains("synchronous_commit")
}

/// The message that waits until everything is on the disk: a transaction that writes nothing but a mark into the
/// write-ahead log, whose commit waits the way the server is set up to, standbys included.
pub(super) fn wait() -> String {
    stepwise::as_login("SELECT pg_catalog.pg_logical_emit_message(true, 'tidegate', '')")
}

/// Waits, on another session with the same server and login, until everything that was committed before is on the
/// disk: for while a script runs longer than its group should wait.
///
/// # Errors
/// The server did not say so.
pub async fn wait_elsewhere(observer: &Connection) -> Result<(), PgError> {
    tokio::time::sleep(SPAN).await;
    sql::rows(observer, &wait()).await.map(drop)
}
