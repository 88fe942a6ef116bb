//! How far a comparison is, for whoever waits for it.

use std::sync::atomic::{AtomicUsize, Ordering};

/// What a comparison is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// The schemas are read.
    Reading,
    /// The schema of a side was read.
    Read {
        /// The side.
        side: String,
        /// How many objects it has.
        objects: usize,
    },
    /// Migrations are replayed in a shadow, to find out why the sides differ.
    Replaying {
        /// How many of them have been.
        done: usize,
        /// How many there are.
        of: usize,
    },
}

/// Somebody who wants to know how far a comparison is.
pub type Listener<'a> = &'a (dyn Fn(Stage) + Sync);

/// Nobody.
pub fn nobody(_: Stage) {}

/// Counts what is replayed, in however many shadows at once.
pub(super) struct Progress<'a> {
    listener: Listener<'a>,
    done: AtomicUsize,
    of: AtomicUsize,
}

impl<'a> Progress<'a> {
    /// Nothing replayed yet, nothing to replay.
    pub(super) fn new(listener: Listener<'a>) -> Self {
        Self { listener, done: AtomicUsize::new(0), of: AtomicUsize::new(0) }
    }

    /// So many migrations more are to be replayed.
    pub(super) fn plan(&self, migrations: usize) {
        self.of.fetch_add(migrations, Ordering::Relaxed);
        self.advance(0);
    }

    /// So many more have been.
    pub(super) fn advance(&self, migrations: usize) {
        let done = self.done.fetch_add(migrations, Ordering::Relaxed) + migrations;
        (self.listener)(Stage::Replaying { done, of: self.of.load(Ordering::Relaxed) });
    }
}

impl std::fmt::Debug for Progress<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Progress").field("done", &self.done).field("of", &self.of).finish_non_exhaustive()
    }
}
