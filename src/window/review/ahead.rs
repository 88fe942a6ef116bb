//! Work on many things on all cores, whose results are taken one after the other in the things' order.
//!
//! The workers run ahead of whoever takes, by so many results and no more: memory does not grow with the number of
//! things, and no core waits while results are taken.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::review::sql::STACK;

/// After how many results whoever takes is woken: to wake somebody costs about as much as to look at a short file.
const WAKE_AFTER: usize = 16;

/// What workers and taker share.
struct Desk<R> {
    state: Mutex<State<R>>,
    /// Some results are ready, there is no room for more, or a worker is gone.
    ready: Condvar,
    /// A result was taken.
    room: Condvar,
}

struct State<R> {
    /// The thing that is worked on next.
    next: usize,
    /// How many results were taken.
    taken: usize,
    /// The result of thing `n` lies at `n` modulo its length.
    results: Vec<Option<R>>,
    /// A worker panicked: what it worked on never comes.
    broken: bool,
}

impl<R> Desk<R> {
    fn lock(&self) -> MutexGuard<'_, State<R>> {
        // Nothing is left half done under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next thing to work on, once there is room for its result.
    fn claim(&self, things: usize) -> Option<usize> {
        let mut state = self.lock();
        let place = state.next;
        if place == things || state.broken {
            self.ready.notify_one();
            return None;
        }
        state.next += 1;
        while place >= state.taken + state.results.len() && !state.broken {
            self.ready.notify_one();
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        (!state.broken).then_some(place)
    }

    fn put(&self, place: usize, result: R) {
        let mut state = self.lock();
        let slot = place % state.results.len();
        state.results[slot] = Some(result);
        if (place + 1).is_multiple_of(WAKE_AFTER) {
            self.ready.notify_one();
        }
    }

    /// The result of the next thing in order; none when a worker is gone.
    fn take(&self) -> Option<R> {
        let mut state = self.lock();
        loop {
            let slot = state.taken % state.results.len();
            if let Some(result) = state.results[slot].take() {
                state.taken += 1;
                self.room.notify_all();
                return Some(result);
            }
            if state.broken {
                return None;
            }
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Says so when a worker goes by a panic.
struct Leaving<'a, R>(&'a Desk<R>);

impl<R> Drop for Leaving<'_, R> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.lock().broken = true;
            self.0.ready.notify_all();
            self.0.room.notify_all();
        }
    }
}

/// Works on each thing, on all cores, and hands the results over on this thread, in order. At most `at_once` results
/// wait to be taken.
///
/// # Panics
/// When a worker does.
pub fn in_order<T: Sync, R: Send>(
    things: &[T],
    at_once: usize,
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(&T, R),
) {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(things.len());
    let results = std::iter::repeat_with(|| None).take(at_once.max(1)).collect();
    let desk = &Desk {
        state: Mutex::new(State { next: 0, taken: 0, results, broken: false }),
        ready: Condvar::new(),
        room: Condvar::new(),
    };
    let work = &work;
    let run = move || {
        let _leaving = Leaving(desk);
        while let Some(place) = desk.claim(things.len()) {
            desk.put(place, work(&things[place]));
        }
    };
    thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().name("review".to_owned()).stack_size(STACK).spawn_scoped(scope, run);
        let threads: Vec<_> = (0..workers).map_while(|worker| spawn(worker).ok()).collect();
        for thing in things {
            // Where no thread can be started there is no other way.
            let result = if threads.is_empty() { Some(work(thing)) } else { desk.take() };
            let Some(result) = result else { break };
            take(thing, result);
        }
        for thread in threads {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use rstest::rstest;

    use super::in_order;

    #[rstest]
    #[case::none(0, 4)]
    #[case::one(1, 4)]
    #[case::fewer_than_wait(3, 4)]
    #[case::many(1_000, 4)]
    #[case::one_at_once(50, 1)]
    fn results_come_in_order_and_only_so_many_wait(#[case] number: usize, #[case] at_once: usize) {
        let things: Vec<usize> = (0..number).collect();
        let (begun, mut taken) = (AtomicUsize::new(0), Vec::new());
        let work = |thing: &usize| {
            begun.fetch_add(1, Ordering::SeqCst);
            thing * 2
        };
        in_order(&things, at_once, work, |thing, result| {
            let ahead = begun.load(Ordering::SeqCst) - taken.len();
            // One that was let in between the taking and this moment counts too.
            assert!(ahead <= at_once + 1, "{ahead} are begun and not taken");
            assert_eq!(result, thing * 2);
            taken.push(*thing);
        });
        assert_eq!(taken, things);
    }

    #[test]
    #[should_panic(expected = "thing 7")]
    fn a_panic_of_a_worker_is_passed_on() {
        let things: Vec<usize> = (0..100).collect();
        in_order(&things, 2, |thing| assert_ne!(*thing, 7, "thing {thing}"), |_, ()| {});
    }
}
