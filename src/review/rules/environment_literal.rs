//! A constant that belongs to one environment.

use crate::review::subject::Subject;
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "environment-literal",
    level: Some(Severity::Warning),
    what: "a constant that belongs to one environment",
    why: "The same file runs in every environment: what is right in one is wrong in the next.",
    how: "Keep it out of migrations: in a table of settings, a setting of the database, or the application.",
    link: "docs/review.md",
    examples: &[Example::bad("INSERT INTO hooks VALUES ('https://staging.example.com/hook');"),
Example::bad("UPDATE users SET mail = 'ops@example.com';"),
Example::bad("SELECT dblink_connect('host=db.internal');"),
Example::good("INSERT INTO hooks VALUES ('/hook');"),
Example::good("-- See https://example.com\nSELECT 1;")],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    for range in &subject.up.strings {
        let text = subject.up.at(range);
        let found = subject.settings.literals.iter().find_map(|pattern| pattern.find(text));
        if let Some(found) = found {
            let at = range.start + found.start..range.start + found.end;
            let message = format!("`{}` belongs to one environment.", subject.up.at(&at));
            report.up(at, message);
        }
    }
}
