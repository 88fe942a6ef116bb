//! Ctrl-C and its relatives, while something runs that must not simply be dropped.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What the operator asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Stop after the running statement.
    StopAfterStatement,
    /// Cancel the running statement.
    CancelNow,
}

/// What the operator, or the system in the operator's name, wishes while something runs.
pub struct Wishes {
    interrupt: Signal,
    hangup: Signal,
    terminate: Signal,
}

impl Wishes {
    /// Listens from now on; until then the system ends the process as ever.
    pub fn new() -> std::io::Result<Wishes> {
        Ok(Wishes {
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// The next wish.
    pub async fn next(&mut self) -> Wish {
        tokio::select! {
            _ = self.interrupt.recv() => Wish::StopAfterStatement,
            _ = self.hangup.recv() => Wish::StopAfterStatement,
            // Whoever ends processes waits a few seconds and then kills them.
            _ = self.terminate.recv() => Wish::CancelNow,
        }
    }
}
