//! Looking on from a second session while a statement runs: whom it waits for, and who waits for it.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::postgres::activity::{self, Blocker};
use crate::postgres::connection::Connection;

use super::RunEvent;

/// How long a statement may run before anybody looks: most are done by then, and cost nothing.
const FIRST_LOOK: Duration = Duration::from_millis(200);
/// How often it is looked at from then on.
const FURTHER_LOOKS: Duration = Duration::from_millis(500);

/// Who looks on.
pub(super) struct Watch<'a> {
    observer: Option<&'a Connection>,
    pid: i32,
    first_look: Duration,
    seen: Seen,
    last_blockers: Vec<Blocker>,
}

/// What was told last.
#[derive(Default)]
struct Seen {
    blockers: Vec<(i32, Option<String>)>,
    blocked: Vec<(i32, Option<String>)>,
}

impl<'a> Watch<'a> {
    /// Watches the session `pid` through `observer`. A lock timeout shorter than the usual wait brings the first look
    /// forward: after it, nobody could tell any more who was in the way.
    pub(super) fn new(observer: Option<&'a Connection>, pid: i32, lock_timeout: Duration) -> Watch<'a> {
        let first_look = if lock_timeout.is_zero() { FIRST_LOOK } else { FIRST_LOOK.min(lock_timeout / 2) };
        Watch { observer, pid, first_look, seen: Seen::default(), last_blockers: Vec::new() }
    }

    /// Looks on for as long as it is polled; never ends.
    pub(super) async fn look_on(&mut self, events: &mpsc::Sender<RunEvent>) {
        if let Some(observer) = self.observer {
            let mut pause = self.first_look;
            loop {
                tokio::time::sleep(pause).await;
                pause = FURTHER_LOOKS;
                let looks =
                    tokio::join!(activity::blockers(observer, self.pid), activity::blocked_by(observer, self.pid));
                let (Ok(blockers), Ok(blocked)) = looks else {
                    tracing::warn!("the session that looks on was lost; blockers are not shown any more");
                    self.observer = None;
                    break;
                };
                self.tell(blockers, blocked, events).await;
            }
        }
        std::future::pending().await
    }

    async fn tell(&mut self, blockers: Vec<Blocker>, blocked: Vec<Blocker>, events: &mpsc::Sender<RunEvent>) {
        let was_told = self.was_told();
        let (now, then) = (keys(&blockers), keys(&blocked));
        if now != self.seen.blockers && !now.is_empty() {
            self.last_blockers.clone_from(&blockers);
            let _ = events.send(RunEvent::Waiting { blockers }).await;
        }
        if then != self.seen.blocked && !then.is_empty() {
            let _ = events.send(RunEvent::Blocking { waiting: blocked }).await;
        }
        self.seen = Seen { blockers: now, blocked: then };
        if was_told && !self.was_told() {
            let _ = events.send(RunEvent::Unblocked).await;
        }
    }

    /// The statement has ended, and with it what was told about it.
    pub(super) async fn end(&mut self, events: &mpsc::Sender<RunEvent>) {
        if self.was_told() {
            self.seen = Seen::default();
            let _ = events.send(RunEvent::Unblocked).await;
        }
    }

    /// Who was in the way when it was last seen; nobody from then on.
    pub(super) fn take_last_blockers(&mut self) -> Vec<Blocker> {
        std::mem::take(&mut self.last_blockers)
    }

    fn was_told(&self) -> bool {
        !(self.seen.blockers.is_empty() && self.seen.blocked.is_empty())
    }
}

/// What makes a blocker the same one at the next look.
fn keys(blockers: &[Blocker]) -> Vec<(i32, Option<String>)> {
    blockers.iter().map(|blocker| (blocker.pid, blocker.lock.clone())).collect()
}
