//! A file that is too long to be judged by its statements.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "too-long",
    level: Some(Severity::Warning),
    what: "a file that is too long to be judged by its statements",
    why: "Only its header, its record and its transactions are judged; what its statements do, nobody has looked at.",
    how: "Keep changes of the schema in a migration of their own, and load large data with COPY from elsewhere.",
    link: "",
    examples: &[],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    if subject.up.too_long {
        report.up(0..0, "The file is too long to be judged by its statements.");
    }
    if subject.down.is_some_and(|down| down.too_long) {
        report.down(0..0, "The rollback is too long to be judged by its statements.");
    }
}
