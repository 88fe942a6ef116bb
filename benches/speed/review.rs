//! `tidegate review` of 10,000 files beside `squawk` on the same files: processor time of whole processes, and how long
//! it takes.
//!
//! Where there is no `squawk` on the path, the other side is this very program started again, which reads each file,
//! parses it once and lints it with squawk's default rules by squawk's own library. Its command takes a little more,
//! for what it prints.

use std::path::Path;
use std::process::Command;

use squawk_linter::Linter;
use squawk_syntax::SourceFile;

use crate::meter::{cost, take_turns};
use crate::place::Place;
use crate::table::Table;
use crate::workload;

/// Half of the files are rollbacks.
const MIGRATIONS: usize = 5_000;
const ROUNDS: usize = 5;

/// The word on which this program lints a folder as `squawk` does, and ends.
pub const LINT: &str = "--lint-as-squawk-does";

/// How much more processor time the command takes than its library.
const COMMAND_OVER_LIBRARY: f64 = 1.0 / 0.83;

/// Measures the review.
pub fn measure(place: &Place, table: &mut Table) {
    let folder = place.folder("review");
    workload::write_project(&folder, MIGRATIONS, &[("bench".to_owned(), "postgresql:///none?host=/none".to_owned())]);
    write_migrations(&folder.join("migrations"));
    workload::commit(&folder);
    let ours = || cost(place.tidegate(&folder).args(["review", "--format", "json", "--fail-on", "never"]));
    let (mut squawk, bound) = squawk(&folder.join("migrations"));
    let mut theirs = || cost(&mut squawk);
    let [our_cpu, their_cpu] = take_turns(ROUNDS, || ours().processor, || theirs().processor);
    table.ratio("review of 10,000 files, processor time; squawk", our_cpu, their_cpu, bound);
    let [our_wall, their_wall] = take_turns(ROUNDS, || ours().wall, || theirs().wall);
    table.ratio("review of 10,000 files, on all cores; squawk", our_wall, their_wall, bound / 2.0);
}

/// What lints the files of a folder, and how much of its processor time may be taken: all of the command's.
fn squawk(folder: &Path) -> (Command, f64) {
    let there = Command::new("squawk").arg("--version").output().is_ok_and(|output| output.status.success());
    if there {
        let mut shell = Command::new("sh");
        // It ends with 1 where it finds something.
        shell.args(["-c", r#"squawk "$0"/*.sql 2> /dev/null; test $? -le 1"#]).arg(folder);
        return (shell, 1.0);
    }
    let mut library = Command::new(std::env::current_exe().expect("this program has a path"));
    library.arg(LINT).arg(folder);
    (library, COMMAND_OVER_LIBRARY)
}

/// What migrations are like: tables with keys, indexes and policies, changes, functions, data.
fn write_migrations(folder: &Path) {
    let mut names: Vec<_> = std::fs::read_dir(folder).expect("is there").flatten().map(|entry| entry.path()).collect();
    names.sort();
    for (number, path) in names.into_iter().enumerate() {
        let sql = if path.to_string_lossy().ends_with(".down.sql") {
            format!(
                "BEGIN;\nDROP POLICY IF EXISTS p{number} ON app.t{number};\nDROP TABLE IF EXISTS app.t{number};\nCOMMIT;\n"
            )
        } else {
            format!(
                "-- Author: adele\n-- Ticket: SCOUT-{number}\n-- Description: The table {number}.\nBEGIN;\n\
                 CREATE TABLE IF NOT EXISTS app.t{number} (\n  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n  \
                 parent bigint REFERENCES app.t1 (id),\n  name text NOT NULL DEFAULT 'none',\n  \
                 amount numeric(12, 2) CHECK (amount >= 0),\n  at timestamptz NOT NULL DEFAULT now()\n);\n\
                 CREATE INDEX IF NOT EXISTS t{number}_parent ON app.t{number} (parent);\n\
                 CREATE INDEX IF NOT EXISTS t{number}_name ON app.t{number} (lower(name)) WHERE amount > 0;\n\
                 ALTER TABLE app.t{number} ENABLE ROW LEVEL SECURITY;\n\
                 CREATE POLICY p{number} ON app.t{number} FOR SELECT USING (name = current_user OR amount < {number});\n\
                 CREATE OR REPLACE FUNCTION app.f{number}(wanted bigint) RETURNS numeric LANGUAGE sql STABLE AS $$\n  \
                 SELECT coalesce(sum(amount), 0) FROM app.t{number} WHERE parent = wanted AND at > now() - interval '1 day'\n$$;\n\
                 INSERT INTO app.t{number} (name, amount) VALUES ('a', 1), ('b', 2), ('c', 3);\nCOMMIT;\n"
            )
        };
        std::fs::write(path, sql).expect("is written");
    }
}

/// Reads, parses and lints every file of a folder, as `squawk` does.
pub fn lint(folder: &Path) {
    let mut violations = 0;
    for entry in std::fs::read_dir(folder).expect("is a folder").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("is text");
        let parse = SourceFile::parse(&text);
        violations += parse.errors().len() + Linter::with_default_rules().lint(&parse, &text).len();
    }
    println!("{violations}");
}
