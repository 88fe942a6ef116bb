//! A constant that belongs to one environment.

use crate::review::deed::Deed;
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "environment-literal",
    level: Some(Severity::Warning),
    what: "a constant that belongs to one environment",
    why: "The same file runs in every environment: what is right in one is wrong in the next.",
    how: "Keep it out of migrations: in a table of settings, a setting of the database, or the application.",
    link: "docs/review.md",
    examples: &[
        Example::bad("INSERT INTO hooks VALUES ('https://staging.example.com/hook');"),
        Example::bad("UPDATE users SET mail = 'ops@example.com';"),
        Example::bad("SELECT dblink_connect('host=db.internal');"),
        Example::good("INSERT INTO hooks VALUES ('/hook');"),
        Example::good("COMMENT ON TABLE hooks IS 'https://example.com';"),
        Example::good("-- See https://example.com\nSELECT 1;"),
    ],
    check: Check::Alone(check),
};

/// How much of a file's constants is looked at, in bytes.
const MOST: usize = 1 << 20;

fn check(subject: &Subject<'_>, report: &mut Report) {
    let comments = subject.up.statements.iter().filter(|one| one.deed == Deed::Comment).map(|one| &one.range);
    let comments: Vec<_> = comments.collect();
    let mut looked_at = 0;
    for range in &subject.up.strings {
        // What a comment in the catalog says, nothing connects to.
        if comments.iter().any(|comment| comment.contains(&range.start)) {
            continue;
        }
        looked_at += range.len();
        if looked_at > MOST {
            return;
        }
        let text = subject.up.at(range);
        let found = subject.settings.literals.iter().find_map(|pattern| pattern.find(text));
        if let Some(found) = found {
            let at = range.start + found.start..range.start + found.end;
            let message = format!("`{}` belongs to one environment.", subject.up.at(&at));
            report.up(at, message);
        }
    }
}
