//! What a pooler does with our transactions.
//!
//! That there is a pooler shows at once: it hands out process numbers of its own for cancelling, and the process that
//! answers has another. How it pools it does not say, so a probe finds out: while this session is idle, a second one
//! opens a transaction and keeps it open. A pooler of sessions never lets the two share a process, and this session
//! keeps the one it had. A pooler of transactions gives the process that this session has just let go to the second
//! one, or, if others were faster, gives this session another one. Tried a few times, so that chance does not hide it.

use tokio_postgres::{Client, SimpleQueryMessage};

use super::server_info::PoolMode;

const TRIALS: usize = 3;

/// Finds out how a pooler pools, with two sessions through it that nobody else uses.
pub(super) async fn probe(ours: &Client, second: &Client) -> PoolMode {
    try_probe(ours, second).await.unwrap_or(PoolMode::Unknown)
}

async fn try_probe(ours: &Client, second: &Client) -> Option<PoolMode> {
    let mut process = process_of(ours, "").await?;
    for _ in 0..TRIALS {
        let theirs = process_of(second, "BEGIN; ").await?;
        let after = process_of(ours, "").await?;
        second.simple_query("ROLLBACK").await.ok()?;
        if theirs == process || after != process {
            return Some(PoolMode::Transaction);
        }
        process = after;
    }
    Some(PoolMode::Session)
}

async fn process_of(client: &Client, before: &str) -> Option<String> {
    let answer = client.simple_query(&format!("{before}SELECT pg_catalog.pg_backend_pid()")).await.ok()?;
    answer.into_iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}
