//! `tidegate status` beside a `psql` that selects the same rows: whole processes, 1,000 migrations applied.

use crate::meter::{cost, take_turns};
use crate::place::Place;
use crate::table::Table;
use crate::workload;

const MIGRATIONS: usize = 1000;
const ROUNDS: usize = 15;

/// Measures the board as text.
pub fn measure(place: &Place, table: &mut Table) {
    let folder = place.folder("status");
    let url = place.database("bench_status");
    workload::write_project(&folder, MIGRATIONS, &[("bench".to_owned(), url)]);
    place.run("bench_status", &workload::applied_history(&folder, MIGRATIONS));
    let [ours, theirs] = take_turns(
        ROUNDS,
        || cost(place.tidegate(&folder).arg("status")).wall,
        || {
            let query = "SELECT * FROM public.migrations_history ORDER BY migration_name";
            cost(place.psql("bench_status").args(["--command", query])).wall
        },
    );
    table.ratio(format!("status of {MIGRATIONS}, whole process"), ours, theirs, 1.5);
}
