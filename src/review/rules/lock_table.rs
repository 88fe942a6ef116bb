//! A table that is locked by name.

use crate::review::deed::Deed;
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "lock-table",
    level: Some(Severity::Warning),
    what: "a table that is locked by name",
    why: "Whoever needs the table waits until the transaction ends.",
    how: "Let each statement take the lock that it needs.",
    link: "https://www.postgresql.org/docs/current/sql-lock.html",
    examples: &[Example::bad("LOCK TABLE t IN ACCESS EXCLUSIVE MODE;"), Example::good("SELECT 1;")],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    for statement in subject.up.with_inner() {
        let Deed::Lock(tables) = &statement.deed else { continue };
        let names: Vec<String> = tables.iter().map(ToString::to_string).collect();
        report.up(statement.range.clone(), format!("{} is locked until the transaction ends.", names.join(", ")));
    }
}
