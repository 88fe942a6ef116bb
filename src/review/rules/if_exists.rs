//! An object that is made or dropped without IF [NOT] EXISTS.

use crate::review::deed::{Deed, TableChange};
use crate::review::finding::Fix;
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "if-exists",
    level: Some(Severity::Note),
    what: "an object that is made or dropped without IF [NOT] EXISTS",
    why: "Run by hand on a database that has drifted, the file fails where it could go on.",
    how: "Write IF NOT EXISTS or IF EXISTS; know that an object of that name is then taken for the right one.",
    link: "https://www.postgresql.org/docs/current/sql-createtable.html",
    examples: &[
        Example::bad("CREATE TABLE t (id bigint);"),
        Example::bad("DROP TABLE t;"),
        Example::bad("CREATE INDEX i ON t (a);"),
        Example::bad("ALTER TABLE t ADD COLUMN a int;"),
        Example::bad("ALTER TABLE t DROP COLUMN a;"),
        Example::good("CREATE TABLE IF NOT EXISTS t (id bigint);"),
        Example::good("DROP TABLE IF EXISTS t;"),
        Example::good("CREATE INDEX ON t (a);"),
        Example::good("CREATE OR REPLACE VIEW v AS SELECT 1 AS a;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    for statement in &subject.up.statements {
        let (what, words) = match &statement.deed {
            Deed::CreateTable(table) if !table.if_not_exists => (format!("table {}", table.name), "IF NOT EXISTS"),
            Deed::CreateIndex(index) if !index.if_not_exists => match &index.name {
                Some(name) => (format!("index {name}"), "IF NOT EXISTS"),
                None => continue,
            },
            Deed::CreateView(view) if view.materialized && !view.if_not_exists => {
                (format!("materialized view {}", view.name), "IF NOT EXISTS")
            }
            Deed::Drop(drop) if !drop.if_exists => {
                let names: Vec<String> = drop.names.iter().map(|name| name.name.clone()).collect();
                (format!("{} {}", drop.thing.word(), names.join(", ")), "IF EXISTS")
            }
            Deed::AlterTable(table, changes) => match changes.iter().find_map(bare) {
                Some((column, words)) => (format!("column {column} of {table}"), words),
                None => continue,
            },
            _ => continue,
        };
        let found = report.up(statement.range.clone(), format!("The {what} without {words}."));
        if let Some(at) =
            place(subject.up.at(&statement.range)).filter(|_| !matches!(statement.deed, Deed::AlterTable(..)))
        {
            found.fix(Fix::insert(format!("add {words}"), statement.range.start + at, format!(" {words}")));
        }
    }
}

fn bare(change: &TableChange) -> Option<(&str, &'static str)> {
    match change {
        TableChange::AddColumn { name, if_not_exists: false } => Some((name, "IF NOT EXISTS")),
        TableChange::DropColumn { name, if_exists: false } => Some((name, "IF EXISTS")),
        _ => None,
    }
}

/// Where the words go: behind the kind of object.
fn place(statement: &str) -> Option<usize> {
    let mut at = 0;
    let mut words = statement.split_inclusive(char::is_whitespace).map(|word| {
        at += word.len();
        (at - (word.len() - word.trim_end().len()), word.trim())
    });
    let (_, _verb) = words.next()?;
    const BEFORE: [&str; 8] = ["unique", "temp", "temporary", "unlogged", "materialized", "global", "local", "foreign"];
    let (end, kind) = words.find(|(_, word)| !BEFORE.iter().any(|before| word.eq_ignore_ascii_case(before)))?;
    if kind.eq_ignore_ascii_case("index") {
        return match words.next() {
            Some((end, word)) if word.eq_ignore_ascii_case("concurrently") => Some(end),
            _ => Some(end),
        };
    }
    (!kind.is_empty()
        && !kind.eq_ignore_ascii_case("user")
        && !kind.eq_ignore_ascii_case("text")
        && !kind.eq_ignore_ascii_case("event")
        && !kind.eq_ignore_ascii_case("operator"))
    .then_some(end)
}
