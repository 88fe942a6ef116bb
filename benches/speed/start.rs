//! How long it takes to say one's version: what every start costs.

use std::process::Command;

use crate::meter::{cost, take_turns};
use crate::place::Place;
use crate::table::Table;

const ROUNDS: usize = 40;

/// Measures the start of the program.
pub fn measure(place: &Place, table: &mut Table) {
    let [ours, theirs] = take_turns(
        ROUNDS,
        || cost(Command::new(env!("CARGO_BIN_EXE_tidegate")).arg("--version")).wall,
        || cost(Command::new(real_program(place)).arg("--version")).wall,
    );
    table.ratio("--version", ours, theirs, 1.0);
}

/// `psql` itself: what Debian has in the path is a script that looks for it.
fn real_program(place: &Place) -> std::path::PathBuf {
    place.psql_program().canonicalize().expect("psql is there")
}
