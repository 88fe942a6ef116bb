//! Backups of an environment, in a window or outside of one.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::config::{ConfigError, Environment};
use crate::postgres::backup::{self, BackupError, BackupEvent, BackupRequest, Taken};

use super::context::Context;

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The configuration does not lead to a server.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It could not be taken, or may not be trusted.
    #[error(transparent)]
    Backup(#[from] BackupError),
}

/// Takes and verifies a backup of an environment, for this window where there is one. Only reads the server.
pub async fn take(
    context: &Context,
    environment: &Environment,
    window: Option<&str>,
    events: &mpsc::Sender<BackupEvent>,
    cancel: &CancellationToken,
) -> Result<Taken, TakeError> {
    let target = context.target(environment).await?;
    let history = context.history_table();
    let request = BackupRequest {
        environment: environment.name.as_str(),
        tier: environment.tier,
        target: &target,
        settings: &context.config.backup,
        history: &history,
        lock_timeout: environment.policy.lock_timeout,
        operator: &context.operator.name,
        window,
    };
    Ok(backup::take(&request, events, cancel).await?)
}
