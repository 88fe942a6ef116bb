//! The two ways to stop a running script.

use tokio_util::sync::CancellationToken;

/// What an operator holds while a script runs.
#[derive(Debug, Clone, Default)]
pub struct Control {
    /// Let the running statement finish, then stop: a transaction is rolled back, a stepwise script can be resumed.
    pub stop_after_statement: CancellationToken,
    /// Ask the server to cancel the running statement, and wait for its answer.
    pub cancel_now: CancellationToken,
}

impl Control {
    /// Nothing asked for yet.
    pub fn new() -> Control {
        Control::default()
    }

    /// Whether the operator asked for either.
    pub fn is_stopping(&self) -> bool {
        self.stop_after_statement.is_cancelled() || self.cancel_now.is_cancelled()
    }
}
