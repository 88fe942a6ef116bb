//! The project's own pairs of schemas: `pg_dump` is the judge of what differs, and of what is left after a draft.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tidegate::postgres::programs::find_servers;

#[path = "../../benches/corpus/dump.rs"]
mod dump;
#[path = "../../benches/corpus/judge.rs"]
mod judge;
#[path = "../../benches/corpus/pair.rs"]
mod pair;
#[path = "../../benches/corpus/tally.rs"]
mod tally;

use judge::{Judge, Tries};
use tally::Tally;

#[test]
fn every_pair_is_told_apart_as_pg_dump_tells_it_and_drafts_converge() {
    let pairs = pair::find(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")).unwrap();
    let programs = find_servers().into_iter().next().expect("these tests need PostgreSQL's server programs");
    let (next, tally, told) = (AtomicUsize::new(0), Mutex::new(Tally::default()), Mutex::new(String::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let judge = Judge::new(&programs).unwrap();
                while let Some(pair) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let verdict = judge.try_pair(pair, Tries { quick: true, ..Tries::default() });
                    tally.lock().unwrap().add(&verdict);
                    if let Some(text) = verdict.told(&pair.name, false) {
                        told.lock().unwrap().push_str(&format!("{text}\n"));
                    }
                }
            });
        }
    });
    let (tally, told) = (tally.into_inner().unwrap(), told.into_inner().unwrap());
    assert_eq!(tally.differing.0, tally.differing.1, "{told}\n{tally}");
    assert_eq!(tally.equal.1, 0, "{told}\n{tally}");
    assert!(tally.converged * 100 >= tally.differing.0 * 98, "{told}\n{tally}");
}
