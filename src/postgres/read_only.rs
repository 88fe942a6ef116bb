//! Running a project's own SQL so that it can change nothing: the files of `validations/`.

use std::pin::pin;
use std::time::Duration;

use futures_util::TryStreamExt;
use tokio_postgres::SimpleQueryMessage;
use tokio_util::sync::CancellationToken;

use super::connection::Connection;
use super::error::PgError;
use crate::config::Policy;
use crate::migration::script::{Position, Script, Statement, StatementKind};
use crate::migration::table::{quote_identifier, quote_literal};
use crate::migration::text::{printable, shortened};

/// How many rows of a statement are kept to be shown.
pub const ROWS_KEPT: usize = 20;

/// How many rows of a statement are counted before it is cancelled.
pub const ROWS_COUNTED: u64 = 1000;

/// How many columns of a row are kept.
const COLUMNS_KEPT: usize = 50;

/// Longest value that is kept, in characters.
const LONGEST_VALUE: usize = 200;

/// How long a statement may run where the policy sets no limit.
pub const LONGEST_STATEMENT: Duration = Duration::from_secs(300);

/// Rows that a statement returned. Every text is printable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRows {
    /// Where the statement begins.
    pub position: Position,
    /// Column names.
    pub columns: Vec<String>,
    /// The first [`ROWS_KEPT`] rows; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// Rows counted.
    pub total: u64,
    /// The statement was cancelled after [`ROWS_COUNTED`] rows.
    pub more: bool,
}

/// How a script came out.
#[derive(Debug, Clone, PartialEq)]
pub enum ReadOnlyOutcome {
    /// Every statement ran, none returned a row.
    Silent {
        /// How many ran.
        statements: u32,
    },
    /// This statement returned rows; those after it were not run.
    Rows(FoundRows),
    /// This statement failed; those after it were not run.
    Failed {
        /// Where: the place that the server names, else the beginning of the statement.
        position: Position,
        /// What the server says.
        error: PgError,
    },
    /// The operator cancelled it.
    Cancelled,
}

/// Runs a script in one transaction that can change nothing and is rolled back, under the role, the `search_path` and
/// the time limits of the policy, until a statement returns a row. `BEGIN` and `COMMIT` in the script are passed over.
///
/// # Errors
/// When the transaction could not be opened or ended; what a statement of the script does wrong is an outcome.
pub async fn run_read_only(
    connection: &Connection,
    script: &Script,
    policy: &Policy,
    cancel: &CancellationToken,
) -> Result<ReadOnlyOutcome, PgError> {
    let client = connection.client();
    client.batch_execute(&opening(policy)).await?;
    let outcome = run_statements(connection, script, cancel).await;
    client.batch_execute("rollback").await?;
    outcome
}

/// What opens the transaction. It ends with a query: a transaction that has read something cannot be made
/// `READ WRITE` any more.
fn opening(policy: &Policy) -> String {
    let limit = if policy.statement_timeout.is_zero() { LONGEST_STATEMENT } else { policy.statement_timeout };
    let mut text = format!(
        "begin transaction isolation level repeatable read, read only; set local statement_timeout = {}; \
         set local lock_timeout = {}; ",
        limit.as_millis(),
        policy.lock_timeout.as_millis()
    );
    if let Some(role) = &policy.role {
        text += &format!("set local role {}; ", quote_literal(role));
    }
    if !policy.search_path.is_empty() {
        let schemas: Vec<String> = policy.search_path.iter().map(|schema| quote_identifier(schema)).collect();
        text += &format!("set local search_path = {}; ", schemas.join(", "));
    }
    text + "select 1"
}

async fn run_statements(
    connection: &Connection,
    script: &Script,
    cancel: &CancellationToken,
) -> Result<ReadOnlyOutcome, PgError> {
    let mut statements = 0;
    for statement in script.statements() {
        if matches!(statement.kind, StatementKind::Begin | StatementKind::Commit | StatementKind::Rollback) {
            continue;
        }
        if cancel.is_cancelled() {
            return Ok(ReadOnlyOutcome::Cancelled);
        }
        match run_statement(connection, script, statement, cancel).await {
            Ok(rows) if rows.total > 0 => return Ok(ReadOnlyOutcome::Rows(rows)),
            Ok(_) => statements += 1,
            Err(PgError::Cancelled(_)) if cancel.is_cancelled() => return Ok(ReadOnlyOutcome::Cancelled),
            Err(error) if error.is_connection_lost() => return Err(error),
            Err(error) => {
                let position = place(script, statement, &error);
                return Ok(ReadOnlyOutcome::Failed { position, error });
            }
        }
    }
    Ok(ReadOnlyOutcome::Silent { statements })
}

async fn run_statement(
    connection: &Connection,
    script: &Script,
    statement: &Statement,
    cancel: &CancellationToken,
) -> Result<FoundRows, PgError> {
    let mut found =
        FoundRows { position: statement.position, columns: Vec::new(), rows: Vec::new(), total: 0, more: false };
    let mut messages = pin!(connection.client().simple_query_raw(script.text(statement)).await?);
    let mut asked_to_stop = false;
    loop {
        let message = tokio::select! {
            biased;
            () = cancel.cancelled(), if !asked_to_stop => {
                // The server's own answer says how it ended, whether or not the request reached it.
                let _ = connection.canceller().cancel().await;
                asked_to_stop = true;
                continue;
            }
            message = messages.try_next() => message,
        };
        match message {
            Ok(Some(SimpleQueryMessage::RowDescription(columns))) => {
                found.columns = columns.iter().take(COLUMNS_KEPT).map(|column| kept(column.name())).collect();
            }
            Ok(Some(SimpleQueryMessage::Row(row))) => {
                found.total += 1;
                if found.rows.len() < ROWS_KEPT {
                    let values = (0..row.len().min(COLUMNS_KEPT)).map(|index| row.get(index).map(kept));
                    found.rows.push(values.collect());
                }
                if found.total == ROWS_COUNTED && !asked_to_stop {
                    let _ = connection.canceller().cancel().await;
                    asked_to_stop = true;
                    found.more = true;
                }
            }
            Ok(Some(_)) => {}
            Ok(None) => break,
            // Cancelled by ourselves, with enough rows to show.
            Err(_) if found.more => break,
            Err(error) => return Err(error.into()),
        }
    }
    found.total = found.total.min(ROWS_COUNTED);
    Ok(found)
}

fn kept(text: &str) -> String {
    shortened(&printable(text), LONGEST_VALUE).into_owned()
}

/// Where in the file an error is: the server counts characters from the beginning of the statement.
fn place(script: &Script, statement: &Statement, error: &PgError) -> Position {
    let offset = error
        .server()
        .and_then(|error| error.position)
        .and_then(|position| usize::try_from(position).ok()?.checked_sub(1))
        .and_then(|characters| script.text(statement).char_indices().nth(characters))
        .map(|(byte, _)| byte);
    match offset {
        Some(byte) => script.position(statement.range.start + byte),
        None => statement.position,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Tier;

    #[test]
    fn the_transaction_is_opened_under_the_policy() {
        let policy = Policy {
            role: Some("o'wner".to_owned()),
            search_path: vec!["App".to_owned(), "public".to_owned()],
            lock_timeout: Duration::from_secs(5),
            statement_timeout: Duration::ZERO,
            ..Policy::of_tier(Tier::Production)
        };
        assert_eq!(
            opening(&policy),
            "begin transaction isolation level repeatable read, read only; set local statement_timeout = 300000; \
             set local lock_timeout = 5000; set local role 'o''wner'; \
             set local search_path = \"App\", public; select 1"
        );
    }
}
