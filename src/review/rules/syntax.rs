//! Text that is no SQL.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "syntax",
    level: Some(Severity::Error),
    what: "text that is no SQL",
    why: "The server refuses it, at the latest when the window runs.",
    how: "Mend the statement.",
    link: "https://www.postgresql.org/docs/current/sql.html",
    examples: &[Example::bad("CREATE TABLE t (id bigint;"), Example::bad("SELEC 1;"), Example::good("SELECT 1;")],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    for (range, message) in &subject.up.errors {
        report.up(range.clone(), format!("This is no SQL: {}.", message.trim_end_matches('.')));
    }
    if let Some(range) = &subject.up.too_deep {
        report.up(range.clone(), "The file nests too deeply to be read. The other rules have not looked at its SQL.");
    }
    let Some(down) = subject.down else { return };
    for (range, message) in &down.errors {
        report.down(range.clone(), format!("This is no SQL: {}.", message.trim_end_matches('.')));
    }
    if let Some(range) = &down.too_deep {
        report.down(range.clone(), "The file nests too deeply to be read. The other rules have not looked at its SQL.");
    }
}
