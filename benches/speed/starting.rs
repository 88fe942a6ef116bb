//! Starting: the program alone, and the board as text.

use std::process::Command;

use crate::ground::{Project, TIDEGATE, psql, server, time};
use crate::table::{Table, median};

/// How often each command is run.
const RUNS: u32 = 31;

/// Measures `--version` and `status`.
pub fn measure(table: &mut Table) {
    let cluster = server(false);
    let (ours, theirs) = in_turns(
        || time(Command::new(TIDEGATE).arg("--version")),
        || time(psql(&cluster, "postgres").arg("--version")),
    );
    table.ratio("`tidegate --version` / `psql --version`", ours, theirs, "≤ 1");

    time(psql(&cluster, "postgres").args(["-c", "CREATE DATABASE status"]));
    let project = Project::new(&[("dev".to_owned(), cluster.url("status"))]);
    project.write_migrations(1000);
    time(&mut project.tidegate(&["apply", "dev"]));
    let select = "SELECT * FROM public.migrations_history ORDER BY migration_name";
    let (ours, theirs) =
        in_turns(|| time(&mut project.tidegate(&["status"])), || time(psql(&cluster, "status").args(["-c", select])));
    table.ratio("`tidegate status`, 1,000 applied / `psql` SELECT of the table", ours, theirs, "≤ 1.5");
}

fn in_turns(mut ours: impl FnMut() -> f64, mut theirs: impl FnMut() -> f64) -> (f64, f64) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        left.push(ours());
        right.push(theirs());
    }
    (median(left), median(right))
}
