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
    link: "",
    examples: &[
        Example::bad("INSERT INTO hooks VALUES ('https://staging.example.com/hook');"),
        Example::bad("UPDATE users SET mail = 'ops@example.com';"),
        Example::bad("SELECT dblink_connect('host=db.internal');"),
        Example::bad("INSERT INTO settings VALUES ('cache', 'localhost:6379');"),
        Example::bad("UPDATE users SET is_staff = true WHERE mail LIKE '%@example.com';"),
        Example::good("INSERT INTO hooks VALUES ('/hook');"),
        Example::good("COMMENT ON TABLE hooks IS 'https://example.com';"),
        Example::good("-- See https://example.com\nSELECT 1;"),
    ],
    check: Check::Alone(check),
};

/// How much of a file's constants is looked at, in bytes.
const MOST: usize = 1 << 20;

/// How many constants of a file are told: a file of a thousand addresses is one thing to mend.
const TOLD: usize = 20;

fn check(subject: &Subject<'_>, report: &mut Report) {
    let comments = subject.up.statements.iter().filter(|one| one.deed == Deed::Comment).map(|one| &one.range);
    let comments: Vec<_> = comments.collect();
    let (mut looked_at, mut told) = (0, 0);
    for range in &subject.up.strings {
        // What a comment in the catalog says, nothing connects to.
        if comments.iter().any(|comment| comment.contains(&range.start)) {
            continue;
        }
        looked_at += range.len();
        if looked_at > MOST {
            return;
        }
        let inside = without_quotes(subject.up.at(range));
        let text = subject.up.at(&(range.start + inside.start..range.start + inside.end));
        let next = |from: usize| {
            let found = subject.settings.literals.iter().filter_map(|pattern| pattern.find_at(text, from));
            found.filter(|found| !found.is_empty()).min_by_key(|found| found.start)
        };
        let mut found = next(0);
        while let Some(hit) = found {
            if told == TOLD {
                return;
            }
            told += 1;
            let message = format!("`{}` belongs to one environment.", &text[hit.clone()]);
            let start = range.start + inside.start;
            report.up(start + hit.start..start + hit.end, message);
            found = next(hit.end);
        }
    }
}

/// Where a constant's text stands between its quotes, be they `'` or `$tag$`.
fn without_quotes(constant: &str) -> std::ops::Range<usize> {
    let dollar = || constant.starts_with('$').then(|| constant[1..].find('$').map(|end| end + 2)).flatten();
    let (open, close) = match (constant.find('\''), dollar()) {
        (_, Some(tag)) => (tag, tag),
        (Some(quote), None) => (quote + 1, 1),
        (None, None) => (0, 0),
    };
    open..constant.len().saturating_sub(close).max(open)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::without_quotes;

    #[rstest]
    #[case("'a'", "a")]
    #[case("E'a'", "a")]
    #[case("$$a$$", "a")]
    #[case("$x$a'$x$", "a'")]
    #[case("$x$", "")]
    #[case("'", "")]
    fn a_constant_is_what_stands_between_its_quotes(#[case] constant: &str, #[case] expected: &str) {
        assert_eq!(&constant[without_quotes(constant)], expected);
    }
}
