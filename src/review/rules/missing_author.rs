//! A migration whose header names no author.

use crate::migration::header::{Header, HeaderField, Place};
use crate::migration::text::printable;
use crate::review::finding::{Edit, Fix, Severity};
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-author",
    level: Some(Severity::Warning),
    what: "a migration whose header names no author",
    why: "Whoever applies it must know whom to ask, and may not be the one who approves it.",
    how: "Write `-- Author: …` at the top of the file.",
    link: "",
    examples: &[
        Example::bad("SELECT 1;"),
        Example::bad("-- Author:\nSELECT 1;"),
        Example::bad("-- Migration: 20260801093000_alter_metrics.sql\r\n-- Ticket: SCOUT-104\r\nSELECT 1;"),
        Example::good("-- Author: SCOUT-104\nSELECT 1;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    if subject.header.author.is_none() {
        let found = report.up(0..0, "The header names no author.").help("Write `-- Author: …` at the top of the file.");
        if let Some(author) = &subject.settings.author {
            let (title, author) = (format!("write {author}"), printable(author));
            let edit = match Header::place(&subject.up.text, HeaderField::Author) {
                Place::Value(range) => Edit { range, text: format!(" {author}") },
                Place::Line(at) => {
                    Edit { range: at..at, text: format!("-- Author: {author}{}", subject.up.line_end()) }
                }
            };
            // Whoever looks at a file has not always written it.
            found.fix(Fix::of(title, vec![edit]));
        }
    }
}
