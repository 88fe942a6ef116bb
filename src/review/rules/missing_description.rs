//! A migration whose header names no description.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-description",
    level: Some(Severity::Warning),
    what: "a migration whose header names no description",
    why: "Whoever applies it must know what it is for.",
    how: "Write `-- Description: …` at the top of the file.",
    link: "",
    examples: &[
        Example::bad("SELECT 1;"),
        Example::bad("-- Description:\nSELECT 1;"),
        Example::good("-- Description: SCOUT-104\nSELECT 1;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    if subject.header.description.is_none() {
        report.up(0..0, "The header names no description.").help("Write `-- Description: …` at the top of the file.");
    }
}
