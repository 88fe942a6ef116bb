//! A comparison on a thread of its own, so that no face of Tidegate waits for a server or for a large schema.

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

/// A comparison under way. Dropping it gives it up: its sessions end and its shadows stop.
#[derive(Debug)]
pub struct ComparisonHandle {
    cancelled: CancellationToken,
}

impl Drop for ComparisonHandle {
    fn drop(&mut self) {
        self.cancelled.cancel();
    }
}

impl ComparisonHandle {
    /// Begins to compare two sides. The news end with what came of it, or without a word when it was given up.
    pub fn start(
        context: Arc<Context>,
        left: Side,
        right: Side,
    ) -> (ComparisonHandle, mpsc::UnboundedReceiver<ComparisonNews>) {
        let cancelled = CancellationToken::new();
        let handle = ComparisonHandle { cancelled: cancelled.clone() };
        let (sender, news) = mpsc::unbounded_channel();
        on_thread("comparison", sender, cancelled, ComparisonNews::Broken, async move |sender| {
            // Nobody may listen any more; then the comparison is given up as well.
            let tell = |stage| drop(sender.send(ComparisonNews::Stage(stage)));
            match compare_telling(&context, &left, &right, &tell).await {
                Ok(comparison) => ComparisonNews::Done(Box::new(comparison)),
                Err(error) => ComparisonNews::Failed(error),
            }
        });
        (handle, news)
    }
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

/// A draft under way. Dropping it gives it up: its shadow stops.
#[derive(Debug)]
pub struct DraftHandle {
    cancelled: CancellationToken,
}

impl Drop for DraftHandle {
    fn drop(&mut self) {
        self.cancelled.cancel();
    }
}

impl DraftHandle {
    /// Begins to draft what ends these differences, or all for which nothing has to be dropped, and to try it in a
    /// shadow. The news end with what came of it, or without a word when it was given up.
    pub fn start(
        context: Arc<Context>,
        comparison: Arc<Comparison>,
        selection: Option<Vec<ObjectId>>,
    ) -> (DraftHandle, mpsc::UnboundedReceiver<DraftNews>) {
        let cancelled = CancellationToken::new();
        let handle = DraftHandle { cancelled: cancelled.clone() };
        let (sender, news) = mpsc::unbounded_channel();
        on_thread("draft", sender, cancelled, DraftNews::Broken, async move |sender| {
            let reconciliation = Arc::new(match selection {
                Some(selection) => Reconciliation::of_selection(&comparison, selection),
                None => Reconciliation::keeping(&comparison),
            });
            // Nobody may listen any more; then the draft is given up as well.
            let _ = sender.send(DraftNews::Drafted(Arc::clone(&reconciliation)));
            let tell = |trial| drop(sender.send(DraftNews::Trial(trial)));
            match prove_telling(&context, &comparison, &reconciliation, &tell).await {
                Ok(proof) => DraftNews::Proved(Box::new(proof)),
                Err(error) => DraftNews::Failed(error),
            }
        });
        (handle, news)
    }
}

/// Does some work on a thread with a runtime of its own until it is cancelled, and sends what came of it.
pub(super) fn on_thread<News, Work>(
    name: &'static str,
    news: mpsc::UnboundedSender<News>,
    cancelled: CancellationToken,
    broken: fn(String) -> News,
    work: Work,
) where
    News: Send + 'static,
    Work: AsyncFnOnce(&mpsc::UnboundedSender<News>) -> News + Send + 'static,
{
    let no_thread = news.clone();
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        let runtime = match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(news.send(broken(no_thread_words(name, &error)))),
        };
        // A panic must end as news like any other trouble, not as a screen that waits for ever.
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            runtime.block_on(async {
                tokio::select! {
                    ended = work(&news) => Some(ended),
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
}

fn no_thread_words(name: &str, error: &std::io::Error) -> String {
    format!("No thread could be started for the {name} ({error}). Try again.")
}
