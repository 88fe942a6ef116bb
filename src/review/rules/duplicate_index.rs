//! An index that another makes needless.

use crate::review::deed::Deed;
use crate::review::finding::Severity;
use crate::review::known::Known;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "duplicate-index",
    level: Some(Severity::Warning),
    what: "an index that another makes needless",
    why: "Both are written with every row, and one of them is never needed.",
    how: "Leave it out, or drop the other.",
    link: "https://www.postgresql.org/docs/current/indexes-multicolumn.html",
    examples: &[
        Example::bad("CREATE INDEX i ON t (a);").after("CREATE INDEX j ON t (a);"),
        Example::bad("CREATE INDEX i ON t (a);").after("CREATE INDEX j ON t (a, b);"),
        Example::bad("CREATE TABLE t (id bigint PRIMARY KEY); CREATE INDEX i ON t (id);"),
        Example::good("CREATE INDEX i ON t (a);").after("CREATE INDEX j ON t (b, a);"),
        Example::good("CREATE INDEX i ON t (a) WHERE b;").after("CREATE INDEX j ON t (a);"),
        Example::good("CREATE UNIQUE INDEX i ON t (a);").after("CREATE INDEX j ON t (a, b);"),
    ],
    check: Check::Known(check),
};

fn check(subject: &Subject<'_>, known: &Known, report: &mut Report) {
    for statement in subject.up.with_inner() {
        let Deed::CreateIndex(index) = &statement.deed else { continue };
        let Some(table) = known.table(&index.table) else { continue };
        let other = table.indexes.iter().find(|other| {
            let itself = other.by == subject.name.as_str() && other.range == statement.range;
            let begins = other.items.starts_with(&index.items);
            let same = other.items == index.items;
            !itself
                && other.method == index.method
                && other.predicate == index.predicate
                && (if index.unique { same && other.unique } else { begins && other.method == "btree" || same })
                && index.include.iter().all(|column| other.include.contains(column) || other.items.contains(column))
        });
        if let Some(other) = other {
            let name = other.name.as_ref().map_or("the index of a key".to_owned(), |name| format!("the index {name}"));
            let by = if other.by == subject.name.as_str() { String::new() } else { format!(" of {}", other.by) };
            let message = format!("On {}, {name}{by} on ({}) does already.", index.table, other.items.join(", "));
            report.up(statement.range.clone(), message);
        }
    }
}
