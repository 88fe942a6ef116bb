//! The drift of every environment, looked for in the background: against its neighbour and against the files.
//!
//! A round asks each environment first whether its catalogs or its history were written to since it was read, which
//! costs it next to nothing; only then is its schema read again, and only then is compared again what depends on it.
//! While a window is open nothing new is begun: its scripts come first.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::runtime::Builder;
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::cache::Key;
use super::progress::nobody;
use super::side::{self, ReadError, Seen, Side, neighbour_place};
use super::{Comparison, Conclusion, Counts, DriftError, compare_seen, scope};
use crate::config::Environment;
use crate::migration::catalogue::Catalogue;
use crate::postgres::connection::Connection;
use crate::postgres::history::{self, ChangeToken};
use crate::postgres::snapshot::{Mark, mark};
use crate::window::context::{Context, Purpose};
use crate::window::look::PATIENCE;

/// How long a console may draw itself before it is asked to do more.
const FIRST: Duration = Duration::from_secs(1);

/// How long the sessions of a round have to say goodbye to their servers.
const GOODBYE: Duration = Duration::from_millis(50);

/// How long memory must have lain free for the allocator to give it back, and a little more.
const LAIN_FREE: Duration = Duration::from_millis(250);

/// What an environment is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Against {
    /// The environment that it is compared with unless an operator says otherwise.
    Neighbour,
    /// What the files make.
    Files,
}

/// What is known of an environment's drift.
#[derive(Debug, Clone)]
pub enum Look {
    /// It is being compared.
    Comparing,
    /// It was compared.
    Known(Arc<Outcome>),
    /// It could not be, and why.
    Failed(String),
}

/// How many objects and differences a comparison may hold to be kept for whoever wants to see it at once. A larger one
/// is made again when somebody does: a board of many large databases must not hold all of them.
const KEPT: usize = 5_000;

/// What a comparison came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How many differences there are.
    pub counts: Counts,
    /// What they come to.
    pub conclusion: Conclusion,
    /// Whether something could not be read.
    pub has_gaps: bool,
    /// What the left side is called.
    pub left: String,
    /// The comparison itself, where it is small enough to be kept.
    pub comparison: Option<Arc<Comparison>>,
}

impl Outcome {
    /// What this comparison came to.
    #[must_use]
    pub fn of(comparison: Comparison) -> Self {
        let schemas = [&comparison.left_schema, &comparison.right_schema];
        let objects: usize = schemas.iter().map(|schema| schema.objects().len()).sum();
        let is_small = objects + comparison.drift.differences.len() <= KEPT;
        Self {
            counts: comparison.counts(),
            conclusion: comparison.conclusion(),
            has_gaps: !comparison.drift.gaps.is_empty(),
            left: comparison.left.to_string(),
            comparison: is_small.then(|| Arc::new(comparison)),
        }
    }
}

/// News of the drift of an environment.
#[derive(Debug, Clone)]
pub struct DriftEvent {
    /// Its place in the configuration.
    pub environment: usize,
    /// What it is held against.
    pub against: Against,
    /// What is known now.
    pub look: Look,
}

/// Looks for drift until it is dropped.
#[derive(Debug)]
pub struct DriftWatch {
    nudge: Arc<Notify>,
    /// How many hold it back.
    holds: Arc<watch::Sender<usize>>,
    cancelled: CancellationToken,
}

/// Holds a watch back until it is dropped; the watch then looks at once.
#[derive(Debug)]
pub struct Hold {
    nudge: Arc<Notify>,
    holds: Arc<watch::Sender<usize>>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.holds.send_modify(|holds| *holds -= 1);
        self.nudge.notify_one();
    }
}

impl Drop for DriftWatch {
    fn drop(&mut self) {
        self.cancelled.cancel();
    }
}

impl DriftWatch {
    /// Starts to look for drift, on a thread of its own, as often as the configuration says. `None` where it says never.
    #[must_use]
    pub fn start(context: Arc<Context>, news: mpsc::UnboundedSender<DriftEvent>) -> Option<Self> {
        if context.config.drift.refresh.is_zero() {
            return None;
        }
        let (nudge, cancelled) = (Arc::new(Notify::new()), CancellationToken::new());
        let (holds, held) = watch::channel(0);
        let (nudged, until) = (Arc::clone(&nudge), cancelled.clone());
        let thread = thread::Builder::new().name("drift".to_owned()).spawn(move || {
            let count = context.config.environments.len();
            let mut watch = Watch { context, news, held, known: vec![None; count], compared: HashMap::new() };
            if let Err(error) = watch.run(&nudged, &until) {
                tracing::warn!(%error, "drift is not looked for");
            }
        });
        if let Err(error) = thread {
            tracing::warn!(%error, "drift is not looked for");
            return None;
        }
        Some(Self { nudge, holds: Arc::new(holds), cancelled })
    }

    /// Holds it back: what it compares right now it ends, and then it waits.
    #[must_use]
    pub fn hold(&self) -> Hold {
        self.holds.send_modify(|holds| *holds += 1);
        Hold { nudge: Arc::clone(&self.nudge), holds: Arc::clone(&self.holds) }
    }

    /// Looks at once, without waiting for the next turn.
    pub fn nudge(&self) {
        self.nudge.notify_one();
    }
}

/// An environment as it was read.
#[derive(Debug, Clone)]
struct Known {
    /// What its catalogs and its history said before it was read; `None` where they say nothing.
    mark: Option<(Mark, ChangeToken)>,
    /// What was found there, for as long as a round lasts: schemas are large.
    seen: Option<Seen>,
    /// What tells it from another one.
    seal: Option<Key>,
    /// The files with which its history was compared.
    catalogue: Arc<Catalogue>,
    /// Counts how often it was found to be another one.
    edition: u64,
}

/// All that a comparison rests on of what was found in an environment, as a checksum; the files have none.
fn seal(seen: &Seen) -> Option<Key> {
    let found = seen.database()?;
    Some(Key::of(&(
        (found.snapshot.digest().to_string(), &found.ground, format!("{:?}", found.settings)),
        (&found.in_effect, &found.edited, &found.without_file, &found.history_remark),
    )))
}

/// What was compared last: editions of both sides, and the files.
struct Compared {
    editions: (u64, u64),
    catalogue: Arc<Catalogue>,
    failure: Option<String>,
}

/// Waits for something on this thread; `None` where it was cancelled before.
fn until<T>(cancelled: &CancellationToken, what: impl Future<Output = T>) -> io::Result<Option<T>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(cancelled.run_until_cancelled(what));
    runtime.shutdown_background();
    Ok(ended)
}

/// Has the allocator give back what a round has used. It does so when a thread ends, but only with what has lain free for
/// a moment by then: the round's own end comes too early, and a console at rest ends no other thread for minutes.
fn give_back() {
    thread::sleep(LAIN_FREE);
    let ends = thread::Builder::new().name("drift rest".to_owned()).spawn(|| drop(vec![0_u8; 1 << 20]));
    if let Ok(thread) = ends {
        let _ = thread.join();
    }
}

struct Watch {
    context: Arc<Context>,
    news: mpsc::UnboundedSender<DriftEvent>,
    /// How many hold it back.
    held: watch::Receiver<usize>,
    known: Vec<Option<Known>>,
    compared: HashMap<(usize, Against), Compared>,
}

impl Watch {
    /// Looks round after round. Each round has a thread of its own: schemas are large, and what a thread has used goes
    /// back to the system when it ends.
    fn run(&mut self, nudge: &Notify, cancelled: &CancellationToken) -> io::Result<()> {
        let refresh = self.context.config.drift.refresh;
        let mut is_due = until(cancelled, async { tokio::time::sleep(FIRST).await })?;
        while is_due.is_some() && !self.news.is_closed() {
            let round = || {
                until(cancelled, async {
                    self.wait_for_leave().await;
                    self.round().await;
                    tokio::time::sleep(GOODBYE).await;
                })
            };
            let named = thread::Builder::new().name("drift round".to_owned());
            match thread::scope(|scope| named.spawn_scoped(scope, round).map(ScopedJoinHandle::join))? {
                Ok(ended) => ended?,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            give_back();
            is_due = until(cancelled, async {
                tokio::select! {
                    () = tokio::time::sleep(refresh) => {}
                    () = nudge.notified() => {}
                }
            })?;
        }
        Ok(())
    }

    /// Waits until nobody holds it back.
    async fn wait_for_leave(&mut self) {
        // Whoever could hold it back may be gone; then it ends with the console.
        let _ = self.held.wait_for(|holds| *holds == 0).await;
    }

    async fn round(&mut self) {
        let catalogue = match self.context.read_catalogue() {
            Ok(catalogue) => catalogue,
            Err(error) => {
                for environment in 0..self.known.len() {
                    self.fail(environment, Against::Files, &error.to_string());
                }
                return;
            }
        };
        let context = Arc::clone(&self.context);
        let looks = context.config.environments.iter().zip(&self.known);
        let looks = looks.map(|(environment, known)| look(&context, environment, known.as_ref(), &catalogue));
        let looked = join_all(looks).await;
        let mut failures: Vec<Option<String>> = Vec::new();
        for (known, looked) in self.known.iter_mut().zip(looked) {
            failures.push(looked.as_ref().err().map(ToString::to_string));
            if let Ok(now) = looked {
                *known = Some(now);
            }
        }
        for environment in 0..self.known.len() {
            let neighbour = neighbour_place(&context.config, environment);
            for (against, other) in [(Against::Neighbour, neighbour), (Against::Files, None)] {
                if against == Against::Neighbour && other.is_none() {
                    continue;
                }
                if let Some(why) = &failures[environment] {
                    self.fail(environment, against, why);
                } else if let Some((other, why)) = other.and_then(|other| Some((other, failures[other].as_ref()?))) {
                    let name = &context.config.environments[other].name;
                    self.fail(environment, against, &format!("{name}: {why}"));
                } else {
                    self.compare(environment, against, other, &catalogue).await;
                }
            }
        }
        for known in self.known.iter_mut().flatten() {
            known.seen = None;
        }
    }

    /// Compares an environment with another one or the files, where one of them is not what it was.
    async fn compare(
        &mut self,
        environment: usize,
        against: Against,
        other: Option<usize>,
        catalogue: &Arc<Catalogue>,
    ) {
        if self.is_current(environment, against, other, catalogue) {
            return;
        }
        self.wait_for_leave().await;
        self.tell(environment, against, Look::Comparing);
        let failure = match self.compared(environment, other, catalogue).await {
            Ok(comparison) => {
                self.tell(environment, against, Look::Known(Arc::new(Outcome::of(comparison))));
                None
            }
            Err(error) => {
                let why = error.to_string();
                self.tell(environment, against, Look::Failed(why.clone()));
                Some(why)
            }
        };
        let editions = self.editions(environment, other);
        let compared = Compared { editions, catalogue: Arc::clone(catalogue), failure };
        self.compared.insert((environment, against), compared);
    }

    /// The editions of an environment and of what it is held against; the files have none.
    fn editions(&self, environment: usize, other: Option<usize>) -> (u64, u64) {
        let edition = |place: usize| self.known.get(place).and_then(Option::as_ref).map_or(0, |known| known.edition);
        (other.map_or(0, edition), edition(environment))
    }

    /// Whether what was compared last still holds.
    fn is_current(
        &self,
        environment: usize,
        against: Against,
        other: Option<usize>,
        catalogue: &Arc<Catalogue>,
    ) -> bool {
        self.compared.get(&(environment, against)).is_some_and(|last| {
            last.editions == self.editions(environment, other)
                && is_same(&last.catalogue, catalogue)
                && last.failure.is_none()
        })
    }

    /// Compares an environment with another one or the files.
    async fn compared(
        &mut self,
        environment: usize,
        other: Option<usize>,
        catalogue: &Arc<Catalogue>,
    ) -> Result<Comparison, DriftError> {
        let left = match other {
            Some(other) => self.seen(other, catalogue).await?,
            None => Seen::Files,
        };
        let right = self.seen(environment, catalogue).await?;
        compare_seen(&self.context, catalogue, left, right, &nobody).await
    }

    /// What was found in an environment in this round, or else what is there now.
    async fn seen(&mut self, place: usize, catalogue: &Arc<Catalogue>) -> Result<Seen, DriftError> {
        let environment = &self.context.config.environments[place];
        let known = self.known[place].as_ref();
        if let Some(seen) = known.and_then(|known| known.seen.as_ref()) {
            return Ok(seen.clone());
        }
        let mark = known.and_then(|known| known.mark.clone());
        let now = read(&self.context, environment, known, mark, catalogue)
            .await
            .map_err(|source| DriftError::Side { side: environment.name.to_string(), source: Box::new(source) })?;
        let seen = now.seen.clone().unwrap_or(Seen::Files);
        self.known[place] = Some(now);
        Ok(seen)
    }

    /// Says that something is not known, once.
    fn fail(&mut self, environment: usize, against: Against, why: &str) {
        let is_told =
            self.compared.get(&(environment, against)).is_some_and(|last| last.failure.as_deref() == Some(why));
        if is_told {
            return;
        }
        self.tell(environment, against, Look::Failed(why.to_owned()));
        let nothing = Arc::default();
        let compared = Compared { editions: (0, 0), catalogue: nothing, failure: Some(why.to_owned()) };
        self.compared.insert((environment, against), compared);
    }

    fn tell(&self, environment: usize, against: Against, look: Look) {
        // Nobody may listen any more; then the watch ends after this round.
        let _ = self.news.send(DriftEvent { environment, against, look });
    }
}

/// Whether the files say the same.
fn is_same(before: &Arc<Catalogue>, now: &Arc<Catalogue>) -> bool {
    Arc::ptr_eq(before, now) || before == now
}

/// An environment as it is now: as it was, where nothing was written to it.
async fn look(
    context: &Context,
    environment: &Environment,
    known: Option<&Known>,
    catalogue: &Arc<Catalogue>,
) -> Result<Known, ReadError> {
    let asked = tokio::time::timeout(PATIENCE, ask(context, environment)).await;
    let now = asked.unwrap_or(Err(ReadError::TimedOut(PATIENCE)))?;
    let is_current = |known: &&Known| now.is_some() && known.mark == now && is_same(&known.catalogue, catalogue);
    if let Some(known) = known.filter(is_current) {
        return Ok(known.clone());
    }
    read(context, environment, known, now, catalogue).await
}

/// Reads an environment. It keeps its edition where it is what it was: what was written may have been of no account.
async fn read(
    context: &Context,
    environment: &Environment,
    known: Option<&Known>,
    mark: Option<(Mark, ChangeToken)>,
    catalogue: &Arc<Catalogue>,
) -> Result<Known, ReadError> {
    let side = Side::Environment(Box::new(environment.clone()));
    let seen = side::read(context, &side, catalogue, &scope(context)).await?;
    let seal = seal(&seen);
    let is_same = known.is_some_and(|known| known.seal.is_some() && known.seal == seal);
    let edition = known.map_or(1, |known| known.edition + u64::from(!is_same));
    Ok(Known { mark, seen: Some(seen), seal, catalogue: Arc::clone(catalogue), edition })
}

/// Asks an environment whether it may be another one than before.
async fn ask(context: &Context, environment: &Environment) -> Result<Option<(Mark, ChangeToken)>, ReadError> {
    let target = context.target(environment).await?;
    let connection = Connection::open(&target, &context.session(environment, Purpose::Drift)).await?;
    let Some(mark) = mark(&connection).await? else { return Ok(None) };
    let history = history::change_token(&connection, &context.history_table()).await?;
    Ok(Some((mark, history)))
}
