//! A migration without a rollback.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-rollback",
    level: Some(Severity::Error),
    what: "a migration without a rollback",
    why: "When it goes wrong in production, there is no way back but the backup.",
    how: "Write the rollback, or a file that says in a comment why there is none.",
    link: "",
    examples: &[
        Example::bad("CREATE TABLE t (id bigint);"),
        Example::good("CREATE TABLE t (id bigint);").with_rollback("DROP TABLE t;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    if subject.down.is_none() {
        report.up(0..0, "There is no rollback.").help(format!("Write {}.", subject.name.down_file_name()));
    }
}
