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
use pair::Pair;
use tally::Tally;

/// Tries pairs on two servers at once; says what is wrong, and counts.
fn judged(pairs: &[Pair], tries: Tries) -> (Tally, String) {
    let programs = find_servers().into_iter().next().expect("these tests need PostgreSQL's server programs");
    let (next, tally, told) = (AtomicUsize::new(0), Mutex::new(Tally::default()), Mutex::new(String::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let judge = Judge::new(&programs).unwrap();
                while let Some(pair) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let verdict = judge.try_pair(pair, tries);
                    tally.lock().unwrap().add(&verdict);
                    if let Some(text) = verdict.told(&pair.name, false) {
                        told.lock().unwrap().push_str(&format!("{text}\n"));
                    }
                }
            });
        }
    });
    (tally.into_inner().unwrap(), told.into_inner().unwrap())
}

fn all_pairs() -> Vec<Pair> {
    pair::find(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")).unwrap()
}

#[test]
fn every_pair_is_told_apart_as_pg_dump_tells_it_and_drafts_converge() {
    let (tally, told) = judged(&all_pairs(), Tries { quick: true, ..Tries::default() });
    assert_eq!(tally.differing.0, tally.differing.1, "{told}\n{tally}");
    assert_eq!(tally.equal.1, 0, "{told}\n{tally}");
    assert!(tally.converged * 100 >= tally.differing.0 * 98, "{told}\n{tally}");
}

/// Pairs in which one difference cannot be without another.
const BOUND: [&str; 7] = [
    "function/overload_with_default_and_dependents",
    "inheritance/check_validated_below",
    "partition/index_attached_by_other_name",
    "partition/new_ones_and_new_columns",
    "table/of_a_type_that_changes",
    "table/unlogged_with_foreign_key",
    "together/owners_and_grants_everywhere",
];

/// One pair in so many is taken.
const STRIDE: usize = 24;

#[test]
fn one_difference_drafted_alone_is_ended_and_nothing_else_is_changed() {
    let is_bound = |pair: &Pair| BOUND.contains(&pair.name.as_str());
    let (bound, others): (Vec<Pair>, Vec<Pair>) = all_pairs().into_iter().partition(is_bound);
    assert_eq!(bound.len(), BOUND.len());
    let sample: Vec<Pair> = bound.into_iter().chain(others.into_iter().step_by(STRIDE)).collect();
    let (tally, told) = judged(&sample, Tries { single: true, sample: Some(3), ..Tries::default() });
    assert!(tally.singles.0 >= sample.len(), "{tally}");
    assert_eq!(tally.singles.0, tally.singles.1, "{told}\n{tally}");
}
