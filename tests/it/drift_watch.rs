//! Drift that is looked for in the background: told once, again only where something was written, and held back while
//! scripts run.

use std::sync::Arc;
use std::time::Duration;

use tidegate::config::Surroundings;
use tidegate::window::context::Context;
use tidegate::window::drift::watch::{Against, DriftEvent, DriftWatch, Look};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::support::{Scratch, Server, TestDatabase};

/// How long a comparison may take to be told.
const PATIENCE: Duration = Duration::from_secs(120);
/// Longer than a watch that nothing holds back waits before its first look.
const LONGER_THAN_IT_WAITS: Duration = Duration::from_millis(2500);
const STAGING: usize = 0;
const PRODUCTION: usize = 1;

struct Watched {
    _scratch: Scratch,
    production: TestDatabase,
    _staging: TestDatabase,
    context: Arc<Context>,
    runtime: Runtime,
}

impl Watched {
    fn new() -> Self {
        let (scratch, server) = (Scratch::new(), Server::shared());
        let (staging, production) = (server.fresh_database(), server.fresh_database());
        scratch.configure_with(
            "[drift]\nrefresh = \"1h\"\n",
            &[("staging", "staging", staging.url()), ("production", "production", production.url())],
        );
        scratch.migration(
            "20260101000000_create_accounts",
            "CREATE TABLE accounts (id int);\n",
            "DROP TABLE accounts;\n",
        );
        let home = Some(scratch.home());
        let surroundings = Surroundings { home, folder: scratch.path(), ..Surroundings::default() };
        let context = Arc::new(Context::new(scratch.config(), surroundings));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { _scratch: scratch, production, _staging: staging, context, runtime }
    }

    fn start(&self) -> (DriftWatch, UnboundedReceiver<DriftEvent>) {
        let (sender, news) = unbounded_channel();
        (DriftWatch::start(Arc::clone(&self.context), sender).unwrap(), news)
    }

    /// The next thing that is told, if anything is within this time.
    fn within(&self, time: Duration, news: &mut UnboundedReceiver<DriftEvent>) -> Option<DriftEvent> {
        self.runtime.block_on(async { timeout(time, news.recv()).await.ok().flatten() })
    }

    /// The next comparison that is known: whose, against what, and how many differences are unexplained.
    fn next_known(&self, news: &mut UnboundedReceiver<DriftEvent>) -> (usize, Against, usize) {
        loop {
            let event = self.within(PATIENCE, news).expect("drift is told in time");
            match event.look {
                Look::Known(outcome) => return (event.environment, event.against, outcome.counts.unexplained),
                Look::Comparing => {}
                Look::Failed(why) => panic!("{why}"),
            }
        }
    }
}

#[test]
fn only_what_was_written_to_is_compared_again() {
    let watched = Watched::new();
    let (watch, mut news) = watched.start();
    let first: Vec<_> = (0..3).map(|_| watched.next_known(&mut news)).collect();
    assert_eq!(
        first,
        [(STAGING, Against::Files, 0), (PRODUCTION, Against::Neighbour, 0), (PRODUCTION, Against::Files, 0)]
    );

    watched.production.execute("CREATE TABLE by_hand (id int)");
    watch.nudge();
    let second: Vec<_> = (0..2).map(|_| watched.next_known(&mut news)).collect();
    assert_eq!(second, [(PRODUCTION, Against::Neighbour, 1), (PRODUCTION, Against::Files, 1)]);

    // What is written and taken back leaves the schema as it was: nothing is compared.
    watched.production.execute("CREATE TABLE passing (id int)");
    watched.production.execute("DROP TABLE passing");
    watch.nudge();
    watched.production.execute("CREATE TABLE by_hand_too (id int)");
    watch.nudge();
    assert_eq!(watched.next_known(&mut news), (PRODUCTION, Against::Neighbour, 2));
}

#[test]
fn nothing_is_begun_while_it_is_held_back() {
    let watched = Watched::new();
    let (watch, mut news) = watched.start();
    let hold = watch.hold();
    assert!(watched.within(LONGER_THAN_IT_WAITS, &mut news).is_none());
    drop(hold);
    assert_eq!(watched.next_known(&mut news), (STAGING, Against::Files, 0));
}
