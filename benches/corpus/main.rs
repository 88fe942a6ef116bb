//! How well drift is found and reconciled, counted on a corpus of pairs: `cargo bench --bench corpus -- [FOLDER…]`.
//!
//! A pair is a folder with `a.sql` and `b.sql`. Every folder below those given is looked through; with none given, the
//! project's own pairs are. PostgreSQL itself is the judge: what `pg_dump --schema-only` tells apart must be shown,
//! what it does not must not, and the draft migration must make it tell nothing apart.
//!
//! Options: `--only TEXT` (pairs whose path contains it), `--jobs NUMBER`, `--drafts` (prints the drafts of pairs that
//! fail), `--down` (tries the way back too), `--quick` (compares no database with its restored dump), `--single` (drafts
//! each difference by itself too).

mod dump;
mod judge;
mod pair;
mod tally;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use judge::{Judge, Tries};
use tally::Tally;
use tidegate::postgres::programs::find_servers;

fn main() -> ExitCode {
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut only: Option<String> = None;
    let mut jobs = 2;
    let mut drafts = false;
    let mut tries = Tries::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => tries.quick = true,
            "--single" => tries.single = true,
            // Cargo's own word to benches.
            "--bench" => {}
            "--drafts" => drafts = true,
            "--down" => tries.down = true,
            "--only" => only = arguments.next(),
            "--jobs" => jobs = arguments.next().and_then(|number| number.parse().ok()).unwrap_or(jobs),
            option if option.starts_with('-') => {
                eprintln!(
                    "There is no option {option}. Options: --only TEXT, --jobs NUMBER, --drafts, --down, --quick, --single."
                );
                return ExitCode::from(2);
            }
            folder => folders.push(folder.into()),
        }
    }
    if folders.is_empty() {
        folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus"));
    }
    let mut pairs = Vec::new();
    for folder in &folders {
        match pair::find(folder) {
            Ok(found) => pairs.extend(found),
            Err(error) => {
                eprintln!("{} cannot be read: {error}.", folder.display());
                return ExitCode::from(2);
            }
        }
    }
    pairs.retain(|pair| only.as_ref().is_none_or(|only| pair.name.contains(only)));
    let Some(programs) = find_servers().into_iter().next() else {
        eprintln!("The corpus needs PostgreSQL's server programs; name their folder in TIDEGATE_PG_BIN.");
        return ExitCode::from(2);
    };
    println!("{} pairs, PostgreSQL {}", pairs.len(), programs.version);
    let next = AtomicUsize::new(0);
    let tally = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(pairs.len()) {
            scope.spawn(|| {
                let judge = Judge::new(&programs).unwrap_or_else(|error| panic!("{error}"));
                while let Some(pair) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let verdict = judge.try_pair(pair, tries);
                    let mut tally = tally.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    if let Some(text) = verdict.told(&pair.name, drafts) {
                        println!("{text}");
                    }
                    tally.add(&verdict);
                }
            });
        }
    });
    let tally = tally.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    println!("{tally}");
    if is_perfect(&tally) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether everything was found, nothing was wrong, and every draft did what it should.
fn is_perfect(tally: &Tally) -> bool {
    tally.differing.0 == tally.differing.1
        && tally.equal.1 == 0
        && tally.restored.1 == 0
        && tally.converged == tally.differing.0
        && tally.reverted.0 == tally.reverted.1
        && tally.singles.0 == tally.singles.1
}
