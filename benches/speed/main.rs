//! How fast Tidegate is, beside `psql` doing the same on the same machine in the same minutes.
//!
//! `cargo bench` runs everything and prints one table of ratios; `cargo bench -- apply draw` runs the parts whose names
//! begin so. Nothing here judges by the clock alone: a machine that is busy or slow is so for both sides, and each
//! pair of runs takes turns. Needs this machine's own PostgreSQL server programs; the databases are throwaway ones, on
//! disk and with durable settings, in the target folder.

mod apply;
mod board;
mod console;
mod drift;
mod meter;
mod place;
mod review;
mod start;
mod status;
mod table;
mod workload;

use std::path::Path;

use mimalloc::MiMalloc;

use place::Place;
use table::Table;

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// A part: its name, and what it measures.
type Part = (&'static str, fn(&Place, &mut Table));

const PARTS: &[Part] = &[
    ("apply", apply::measure),
    ("status", status::measure),
    ("board", board::measure),
    ("start", start::measure),
    ("console", console::measure),
    ("drift", drift::measure),
    ("review", review::measure),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [word, folder] = words.as_slice()
        && word == review::LINT
    {
        return review::lint(Path::new(folder));
    }
    // Cargo hands its own options on.
    let wanted: Vec<String> = words.into_iter().filter(|word| !word.starts_with('-')).collect();
    let place = Place::new();
    let mut table = Table::default();
    for (name, measure) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|word| name.starts_with(word.as_str())) {
            eprintln!("measuring {name} …");
            measure(&place, &mut table);
        }
    }
    print!("{table}");
    if !table.all_hold() {
        std::process::exit(1);
    }
}
