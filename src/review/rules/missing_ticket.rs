//! A migration whose header names no ticket.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-ticket",
    level: Some(Severity::Warning),
    what: "a migration whose header names no ticket",
    why: "Every change must be traceable to what it was asked for.",
    how: "Write `-- Ticket: …` at the top of the file.",
    link: "",
    examples: &[
        Example::bad("SELECT 1;"),
        Example::bad("-- Ticket:\nSELECT 1;"),
        Example::good("-- Ticket: SCOUT-104\nSELECT 1;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let pattern = subject.settings.ticket.as_ref();
    match (subject.header.ticket.as_deref(), pattern) {
        (None, _) => {
            report.up(0..0, "The header names no ticket.").help("Write `-- Ticket: …` at the top of the file.");
        }
        (Some(ticket), Some(pattern)) if !pattern.matches_whole(ticket) => {
            let message = format!("The ticket `{ticket}` does not look like {}.", pattern.as_str());
            report.up(0..0, message).help("Write the ticket as the project does.");
        }
        _ => {}
    }
}
