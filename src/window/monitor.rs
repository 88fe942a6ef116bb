//! Keeps a live picture of every environment: one task each, so that a dead one never slows another.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rand::RngExt;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;

use crate::config::{EnvironmentName, Secret};
use crate::postgres::connection::Connection;
use crate::postgres::error::PgError;
use crate::postgres::history::{self, ChangeToken, Detail};
use crate::postgres::lock;

use super::context::{Context, Purpose, ReachError};
use super::look::PATIENCE;

pub use super::look::EnvironmentView;

/// How often a reachable environment is asked whether anything changed.
const POLL: Duration = Duration::from_secs(2);
/// The first and the longest pause before another try to connect.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Where an environment is.
#[derive(Debug, Clone)]
pub enum EnvironmentState {
    /// The first answer has not come yet.
    Connecting,
    /// It can be reached.
    Ready(Arc<EnvironmentView>),
    /// The server wants a password that nothing yields: the operator is to be asked.
    NeedsPassword {
        /// What the server said.
        why: String,
    },
    /// It cannot be reached now.
    Unreachable {
        /// Why.
        why: String,
        /// Since when.
        since: Timestamp,
        /// When it is tried again.
        retry_at: Timestamp,
        /// How many tries have failed in a row.
        attempt: u32,
    },
}

impl EnvironmentState {
    /// What is known, where it can be reached.
    pub fn view(&self) -> Option<&Arc<EnvironmentView>> {
        match self {
            EnvironmentState::Ready(view) => Some(view),
            _ => None,
        }
    }
}

/// News of one environment.
#[derive(Debug, Clone)]
pub struct MonitorEvent {
    /// Its place in the configuration.
    pub environment: usize,
    /// Where it is now.
    pub state: EnvironmentState,
}

/// Keeps a live picture of every environment. Dropping it ends its sessions.
#[derive(Debug)]
pub struct Monitor {
    context: Arc<Context>,
    nudges: Vec<Arc<Notify>>,
    _tasks: JoinSet<()>,
}

impl Monitor {
    /// Starts to connect to every environment at once. News come as they are; the first of each is that it connects.
    pub fn start(context: Arc<Context>, news: mpsc::Sender<MonitorEvent>) -> Monitor {
        let mut tasks = JoinSet::new();
        let nudges: Vec<Arc<Notify>> = context.config.environments.iter().map(|_| Arc::new(Notify::new())).collect();
        for (index, nudge) in nudges.iter().enumerate() {
            let watch = Watch { context: Arc::clone(&context), index, nudge: Arc::clone(nudge), news: news.clone() };
            tasks.spawn(watch.run());
        }
        Monitor { context, nudges, _tasks: tasks }
    }

    /// Asks an environment at once, without waiting for its turn: for a change just made, or a reconnect wished for.
    pub fn refresh(&self, environment: usize) {
        if let Some(nudge) = self.nudges.get(environment) {
            nudge.notify_one();
        }
    }

    /// Takes a password that the operator typed and connects with it.
    pub fn supply_password(&self, name: &EnvironmentName, password: Secret) {
        self.context.keep_password(name, password);
        let place = self.context.config.environments.iter().position(|environment| environment.name == *name);
        if let Some(place) = place {
            self.refresh(place);
        }
    }
}

struct Watch {
    context: Arc<Context>,
    index: usize,
    nudge: Arc<Notify>,
    news: mpsc::Sender<MonitorEvent>,
}

/// Nobody listens any more.
struct Deaf;

impl Watch {
    async fn run(self) {
        let _: Result<(), Deaf> = self.keep_connected().await;
    }

    async fn keep_connected(&self) -> Result<(), Deaf> {
        let environment = &self.context.config.environments[self.index];
        self.tell(EnvironmentState::Connecting).await?;
        let mut failing: Option<(Timestamp, u32)> = None;
        loop {
            let why = match self.context.connect(environment, Purpose::Board).await {
                Ok(connection) => {
                    let told = self.keep_reading(&connection).await?;
                    if told.ever_ready {
                        failing = None;
                    }
                    told.lost.to_string()
                }
                Err(error) if error.wants_password() => {
                    self.tell(EnvironmentState::NeedsPassword { why: error.to_string() }).await?;
                    self.nudge.notified().await;
                    continue;
                }
                Err(ReachError::Config(error)) => error.to_string(),
                Err(ReachError::Connect(error)) => error.to_string(),
            };
            let now = Timestamp::now();
            let (since, attempt) = failing.map_or((now, 1), |(since, attempt)| (since, attempt + 1));
            failing = Some((since, attempt));
            let pause = pause_before(attempt);
            let retry_at = now.checked_add(pause).unwrap_or(now);
            self.tell(EnvironmentState::Unreachable { why, since, retry_at, attempt }).await?;
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.nudge.notified() => {}
            }
        }
    }

    /// Reads until the connection is lost.
    async fn keep_reading(&self, connection: &Connection) -> Result<Told, Deaf> {
        let mut known: Option<(ChangeToken, Arc<EnvironmentView>)> = None;
        let mut latencies = Latencies::default();
        loop {
            let look = tokio::time::timeout(PATIENCE, self.look(connection, known.as_ref(), &mut latencies));
            match look.await {
                Ok(Ok(Some((token, view)))) => {
                    let view = Arc::new(view);
                    self.tell(EnvironmentState::Ready(Arc::clone(&view))).await?;
                    let is_whole = view.detail == Detail::Full;
                    known = Some((token, view));
                    if !is_whole {
                        continue;
                    }
                }
                Ok(Ok(None)) => {}
                Ok(Err(lost)) => return Ok(Told { lost, ever_ready: known.is_some() }),
                Err(_) => {
                    let lost = PgError::ConnectionLost(format!("no answer within {} s", PATIENCE.as_secs()));
                    return Ok(Told { lost, ever_ready: known.is_some() });
                }
            }
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                () = self.nudge.notified() => {}
                lost = connection.closed() => return Ok(Told { lost, ever_ready: known.is_some() }),
            }
        }
    }

    /// Asks what changed; what is there now if anything did.
    async fn look(
        &self,
        connection: &Connection,
        known: Option<&(ChangeToken, Arc<EnvironmentView>)>,
        latencies: &mut Latencies,
    ) -> Result<Option<(ChangeToken, EnvironmentView)>, PgError> {
        let table = self.context.history_table();
        // Where each migration stands is wanted at once, and the rest right after it.
        if let Some((token, view)) = known.filter(|(_, view)| view.detail == Detail::Standing) {
            return Ok(Some((token.clone(), view.completed(connection, &table, self.context.texts()).await?)));
        }
        let asked = Instant::now();
        // Both questions go out at once: a console that only looks on sleeps as long as it can.
        let timed = async { history::change_token(connection, &table).await.map(|token| (token, asked.elapsed())) };
        let ((token, latency), holder) = tokio::try_join!(timed, lock::holder(connection))?;
        let latency = latencies.take(latency);
        if let Some((seen, view)) = known {
            let same = *seen == token && view.holder == holder;
            if same && is_alike(view.latency, latency) {
                return Ok(None);
            }
            if *seen == token {
                let view = EnvironmentView { holder, latency, read_at: Timestamp::now(), ..(**view).clone() };
                return Ok(Some((token, view)));
            }
        }
        let detail = if known.is_none() { Detail::Standing } else { Detail::Full };
        let view = EnvironmentView::read(connection, &table, detail, self.context.texts()).await?;
        Ok(Some((token, EnvironmentView { latency, ..view })))
    }

    async fn tell(&self, state: EnvironmentState) -> Result<(), Deaf> {
        self.news.send(MonitorEvent { environment: self.index, state }).await.map_err(|_| Deaf)
    }
}

/// How reading ended.
struct Told {
    lost: PgError,
    ever_ready: bool,
}

/// How long the latest answers took. The one in the middle is what is told: a single late answer says nothing, and would
/// have a screen drawn again that nothing else happens on.
#[derive(Debug, Default)]
struct Latencies(VecDeque<Duration>);

impl Latencies {
    /// How many count.
    const MOST: usize = 5;

    /// Takes in how long the latest answer took; what is told now.
    fn take(&mut self, latest: Duration) -> Duration {
        self.0.truncate(Self::MOST - 1);
        self.0.push_front(latest);
        let mut sorted: Vec<Duration> = self.0.iter().copied().collect();
        sorted.sort_unstable();
        sorted[(sorted.len() - 1) / 2]
    }
}

/// Whether two latencies look the same to somebody who reads them on a screen.
fn is_alike(before: Duration, now: Duration) -> bool {
    let (before, now) = (before.as_secs_f64().max(0.001), now.as_secs_f64().max(0.001));
    (now - before).abs() < 0.005 || (before / now).clamp(0.5, 2.0) == before / now
}

/// How long to wait before the next try: doubling, at most a minute, and up to a third off so that many consoles do not
/// come back at the same moment.
fn pause_before(attempt: u32) -> Duration {
    let doubled = BACKOFF.0.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(BACKOFF.1);
    doubled.mul_f64(rand::rng().random_range(0.67..=1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_within_a_minute() {
        for attempt in 1..40 {
            let pause = pause_before(attempt);
            let whole = Duration::from_secs(1 << (attempt - 1).min(6)).min(BACKOFF.1);
            assert!(pause <= whole && pause >= whole.mul_f64(0.66), "attempt {attempt}: {pause:?}");
        }
    }

    #[test]
    fn a_single_late_answer_is_not_told_and_a_slow_network_is() {
        let mut latencies = Latencies::default();
        let told = [4, 6, 90, 5, 5, 80, 80, 80].map(|ms| latencies.take(Duration::from_millis(ms)).as_millis());
        assert_eq!(told, [4, 4, 6, 5, 5, 6, 80, 80]);
    }

    #[test]
    fn a_latency_that_reads_the_same_is_no_news() {
        let ms = Duration::from_millis;
        assert!(is_alike(ms(3), ms(6)));
        assert!(is_alike(ms(30), ms(40)));
        assert!(!is_alike(ms(30), ms(90)));
    }
}
