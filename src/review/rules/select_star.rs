//! A query that takes all columns with *.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "select-star",
    level: Some(Severity::Warning),
    what: "a query that takes all columns with *",
    why: "A column that is added later changes what the statement does, or makes it fail.",
    how: "Name the columns.",
    link: "https://www.postgresql.org/docs/current/sql-select.html",
    examples: &[
        Example::bad("INSERT INTO t SELECT * FROM u;"),
        Example::bad("CREATE VIEW v AS SELECT u.* FROM u;"),
        Example::good("SELECT count(*) FROM t;"),
        Example::good("INSERT INTO t (a) SELECT a FROM u;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    for range in &subject.up.stars {
        report.up(range.clone(), "The query takes all columns there are.");
    }
}
