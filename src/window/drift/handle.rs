//! A comparison on a thread of its own, so that no face of Tidegate waits for a server or for a large schema.

use std::sync::Arc;

use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::progress::Stage;
use super::side::Side;
use super::{Comparison, DriftError, compare_telling};
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
        on_thread("comparison", sender, cancelled, async move |sender| {
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

/// Does some work on a thread with a runtime of its own until it is cancelled, and sends what came of it.
pub(super) fn on_thread<Work>(
    name: &str,
    news: mpsc::UnboundedSender<ComparisonNews>,
    cancelled: CancellationToken,
    work: Work,
) where
    Work: AsyncFnOnce(&mpsc::UnboundedSender<ComparisonNews>) -> ComparisonNews + Send + 'static,
{
    let no_thread = news.clone();
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        let runtime = match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(news.send(ComparisonNews::Broken(no_thread_words(&error)))),
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
            let words = "The comparison broke off. The log (@) has the place; please report it.";
            Some(ComparisonNews::Broken(words.to_owned()))
        });
        if let Some(ended) = ended {
            let _ = news.send(ended);
        }
        // Programs that were started for it are waited for elsewhere, not here.
        runtime.shutdown_background();
    });
    if let Err(error) = thread {
        let _ = no_thread.send(ComparisonNews::Broken(no_thread_words(&error)));
    }
}

fn no_thread_words(error: &std::io::Error) -> String {
    format!("No thread could be started for the comparison ({error}). Try again.")
}
