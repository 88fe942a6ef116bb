//! A migration whose header names no author.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-author",
    level: Some(Severity::Warning),
    what: "a migration whose header names no author",
    why: "Whoever applies it must know whom to ask, and may not be the one who approves it.",
    how: "Write `-- Author: …` at the top of the file.",
    link: "docs/review.md",
    examples: &[
        Example::bad("SELECT 1;"),
        Example::bad("-- Author:\nSELECT 1;"),
        Example::good("-- Author: SCOUT-104\nSELECT 1;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    if subject.header.author.is_none() {
        report.up(0..0, "The header names no author.").help("Write `-- Author: …` at the top of the file.");
    }
}
