//! What became of a run whose end was not heard.

use std::time::Duration;

use crate::postgres::connection::Connection;
use crate::postgres::error::PgError;
use crate::postgres::history::{self, HistoryTable};
use crate::postgres::{sql, store};

use super::{DatabaseState, Direction, ScriptRun};

/// How long the lost session may live on before its outcome is given up as unknown.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked for.
const POLL: Duration = Duration::from_millis(100);

/// Finds out what became of a run whose connection was lost at its end. Waits until the lost session (`backend_pid`)
/// is gone from the server or has ended its transaction, for until then it may still commit; then reads the history.
///
/// [`DatabaseState::Unknown`] is what is left when the lost session lives on for a minute.
///
/// # Errors
/// The server could not be asked.
pub async fn verify_outcome(
    connection: &Connection,
    history: &HistoryTable,
    run: &ScriptRun<'_>,
    backend_pid: i32,
) -> Result<DatabaseState, PgError> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while is_at_work(connection, backend_pid).await? {
        if tokio::time::Instant::now() > deadline {
            return Ok(DatabaseState::Unknown);
        }
        tokio::time::sleep(POLL).await;
    }
    let name = run.name.as_str();
    let row = history::read_one(connection, history, name).await?.map(|found| found.row);
    let is_done = match run.direction {
        Direction::Up => row.is_some_and(|row| !row.rolled_back),
        Direction::Down => row.is_some_and(|row| row.rolled_back),
    };
    if is_done {
        return Ok(DatabaseState::Committed);
    }
    let attempts = store::attempts(connection).await?;
    let unfinished = attempts.iter().find(|attempt| {
        *attempt.name == *name && attempt.direction == run.direction && attempt.resumable && attempt.done > 0
    });
    Ok(unfinished.map_or(DatabaseState::RolledBack, |attempt| DatabaseState::PartlyApplied {
        done: attempt.done,
        of: attempt.of,
        resume_at: super::stepwise::statement_of_step(run.script, attempt.done),
    }))
}

/// Whether a session still runs a statement or has a transaction open. What it does is hidden from other logins; then
/// its being there counts.
pub(super) async fn is_at_work(connection: &Connection, pid: i32) -> Result<bool, PgError> {
    let question = format!(
        "SELECT FROM pg_catalog.pg_stat_activity
         WHERE pid = {pid} AND pid <> pg_catalog.pg_backend_pid() AND backend_type = 'client backend'
           AND (state IS NULL OR state <> 'idle')"
    );
    Ok(!sql::rows(connection, &question).await?.is_empty())
}
