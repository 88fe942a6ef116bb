//! Reading an environment: who answers, its history, and what Tidegate itself keeps there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::config::Environment;
use crate::postgres::connection::Connection;
use crate::postgres::error::PgError;
use crate::postgres::history::{self, Detail, HistoryTable, SharedTexts};
use crate::postgres::lock::{self, Holder};
use crate::postgres::server_info::ServerInfo;
use crate::postgres::store::approvals::GivenApproval;
use crate::postgres::store::{self, Marker};

use super::board::{Attempt, Past};
use super::context::{Context, Purpose, ReachError};

pub use crate::postgres::history::HistoryState;

/// How long an answer may take before the connection is given up.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// What is known of a reachable environment.
#[derive(Debug, Clone)]
pub struct EnvironmentView {
    /// Who answered.
    pub info: ServerInfo,
    /// Whether there is a history table, and whether it can be used.
    pub history: HistoryState,
    /// The history and the attempts that left no row in it.
    pub past: Past,
    /// How much of the history's rows was read.
    pub detail: Detail,
    /// Whether Tidegate's own schema is there.
    pub has_store: bool,
    /// The name and tier that the database itself bears.
    pub marker: Option<Marker>,
    /// The approvals on record.
    pub approvals: Arc<[GivenApproval]>,
    /// Who holds the operator's lock.
    pub holder: Option<Holder>,
    /// How long the server took to answer, over the network and back.
    pub latency: Duration,
    /// When this was read.
    pub read_at: Timestamp,
}

/// Why an environment could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// It could not be connected to.
    #[error(transparent)]
    Reach(#[from] ReachError),
    /// It was connected to and did not answer as it should.
    #[error(transparent)]
    Server(#[from] PgError),
}

impl EnvironmentView {
    /// Reads everything over an open connection, in two round trips; of the history's rows, so much.
    pub async fn read(
        connection: &Connection,
        table: &HistoryTable,
        detail: Detail,
        texts: &SharedTexts,
    ) -> Result<EnvironmentView, PgError> {
        let asked = Instant::now();
        // Questions that do not wait for one another's answers travel together.
        let (history, store, holder) =
            tokio::try_join!(history::probe(connection, table), store::probe(connection), lock::holder(connection))?;
        let latency = asked.elapsed();
        let has_store = store.has_tables();
        let rows = async {
            if history.is_readable() {
                history::read_sharing(connection, table, detail, texts).await
            } else {
                Ok(Vec::new())
            }
        };
        let attempts = async { if has_store { store::attempts(connection).await } else { Ok(Vec::new()) } };
        let marker = async { if has_store { store::marker(connection).await } else { Ok(None) } };
        let approvals =
            async { if has_store { store::approvals::approvals(connection).await } else { Ok(Vec::new()) } };
        let (rows, attempts, marker, approvals) = tokio::try_join!(rows, attempts, marker, approvals)?;
        Ok(EnvironmentView {
            info: connection.info().clone(),
            detail: if history.is_readable() { detail } else { Detail::Full },
            history,
            past: Past { rows: rows.into(), attempts: attempts.into_iter().map(Attempt::from).collect() },
            has_store,
            marker,
            approvals: approvals.into(),
            holder,
            latency,
            read_at: Timestamp::now(),
        })
    }

    /// The same with everything that the history's rows say.
    pub async fn completed(
        &self,
        connection: &Connection,
        table: &HistoryTable,
        texts: &SharedTexts,
    ) -> Result<EnvironmentView, PgError> {
        let rows = history::read_sharing(connection, table, Detail::Full, texts).await?;
        let past = Past { rows: rows.into(), ..self.past.clone() };
        Ok(EnvironmentView { past, detail: Detail::Full, read_at: Timestamp::now(), ..self.clone() })
    }
}

/// Connects to an environment, reads it once, and lets it go.
pub async fn look(context: &Context, environment: &Environment) -> Result<EnvironmentView, LookError> {
    let connection = context.connect(environment, Purpose::Board).await?;
    let table = context.history_table();
    match tokio::time::timeout(PATIENCE, EnvironmentView::read(&connection, &table, Detail::Full, context.texts()))
        .await
    {
        Ok(view) => Ok(view?),
        Err(_) => Err(PgError::ConnectionLost(format!("no answer within {} s", PATIENCE.as_secs())).into()),
    }
}
