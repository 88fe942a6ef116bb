//! How fast Tidegate is, as ratios to what a user would take instead, all measured in one run.
//!
//! `cargo bench` prints one table. Needs PostgreSQL's server programs and `psql`; starts its own throwaway servers, the
//! durable one on disk with every guarantee switched on, and leaves nothing behind. Each figure is the median of its
//! runs; the two sides of a ratio take turns, so that a machine whose speed drifts drifts for both.

mod applying;
mod board;
mod ground;
mod starting;
mod table;

use table::Table;

fn main() {
    // `cargo test` builds benches and runs them with `--test`, only to see that they are sound.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let mut table = Table::new();
    starting::measure(&mut table);
    board::measure(&mut table);
    applying::measure(&mut table);
    table.print();
}
