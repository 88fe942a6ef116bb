//! Work on schemas on a thread of its own, so that no face of Tidegate waits for a server or for a large schema.

use std::sync::Arc;

use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::progress::Stage;
use super::prove::{Proof, Trial, prove_telling};
use super::reconcile::Reconciliation;
use super::side::Side;
use super::{Comparison, DriftError, compare_telling};
use crate::schema::ObjectId;
use crate::window::context::Context;

/// What a comparison tells whoever asked for it.
#[derive(Debug)]
pub enum ComparisonNews {
    /// How far it is.
    Stage(Stage),
    /// It is made. Nothing follows.
    Done(Box<Comparison>),
    /// It cannot be made. Nothing follows.
    Failed(DriftError),
    /// It broke off. Nothing follows.
    Broken(String),
}

/// Work under way. Dropping it gives it up: its sessions end and its shadows stop.
#[derive(Debug)]
pub struct Task {
    cancelled: CancellationToken,
}

impl Drop for Task {
    fn drop(&mut self) {
        self.cancelled.cancel();
    }
}

/// What work tells whoever asked for it. It ends without a word when the work was given up.
pub type NewsOf<News> = mpsc::UnboundedReceiver<News>;

/// Begins to compare two sides.
pub fn compare(context: Arc<Context>, left: Side, right: Side) -> (Task, NewsOf<ComparisonNews>) {
    on_thread("comparison", ComparisonNews::Broken, async move |tell| {
        match compare_telling(&context, &left, &right, &|stage| tell(ComparisonNews::Stage(stage))).await {
            Ok(comparison) => ComparisonNews::Done(Box::new(comparison)),
            Err(error) => ComparisonNews::Failed(error),
        }
    })
}

/// What a draft tells whoever asked for it.
#[derive(Debug)]
pub enum DraftNews {
    /// It is drafted, and is going to be tried.
    Drafted(Arc<Reconciliation>),
    /// How far its trial is.
    Trial(Trial),
    /// It was tried. Nothing follows.
    Proved(Box<Proof>),
    /// It cannot be tried. Nothing follows.
    Failed(DriftError),
    /// It broke off. Nothing follows.
    Broken(String),
}

/// Begins to draft what ends these differences, or all for which nothing has to be dropped, and to try it in a shadow.
pub fn draft(
    context: Arc<Context>,
    comparison: Arc<Comparison>,
    selection: Option<Vec<ObjectId>>,
) -> (Task, NewsOf<DraftNews>) {
    on_thread("draft", DraftNews::Broken, async move |tell| {
        let reconciliation = Arc::new(match selection {
            Some(selection) => Reconciliation::of_selection(&comparison, selection),
            None => Reconciliation::keeping(&comparison),
        });
        tell(DraftNews::Drafted(Arc::clone(&reconciliation)));
        match prove_telling(&context, &comparison, &reconciliation, &|trial| tell(DraftNews::Trial(trial))).await {
            Ok(proof) => DraftNews::Proved(Box::new(proof)),
            Err(error) => DraftNews::Failed(error),
        }
    })
}

/// Does some work on a thread with a runtime of its own until it is given up, and sends what it tells and what came of
/// it.
pub(super) fn on_thread<News, Work>(name: &'static str, broken: fn(String) -> News, work: Work) -> (Task, NewsOf<News>)
where
    News: Send + 'static,
    Work: AsyncFnOnce(&(dyn Fn(News) + Sync)) -> News + Send + 'static,
{
    let cancelled = CancellationToken::new();
    let task = Task { cancelled: cancelled.clone() };
    let (news, received) = mpsc::unbounded_channel();
    let no_thread = news.clone();
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        let runtime = match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(news.send(broken(no_thread_words(name, &error)))),
        };
        // Nobody may listen any more; then the work is given up as well.
        let tell = |one| drop(news.send(one));
        // A panic must end as news like any other trouble, not as a screen that waits for ever.
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            runtime.block_on(async {
                tokio::select! {
                    ended = work(&tell) => Some(ended),
                    () = cancelled.cancelled() => None,
                }
            })
        }));
        let ended = ended.unwrap_or_else(|_| {
            Some(broken(format!("The {name} broke off. The log (@) has the place; please report it.")))
        });
        if let Some(ended) = ended {
            let _ = news.send(ended);
        }
        // Programs that were started for it are waited for elsewhere, not here.
        runtime.shutdown_background();
    });
    if let Err(error) = thread {
        let _ = no_thread.send(broken(no_thread_words(name, &error)));
    }
    (task, received)
}

fn no_thread_words(name: &str, error: &std::io::Error) -> String {
    format!("No thread could be started for the {name} ({error}). Try again.")
}
