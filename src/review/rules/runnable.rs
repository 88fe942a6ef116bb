//! A file that Tidegate would refuse to run.

use crate::migration::script::ScriptError;
use crate::review::finding::Part;
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::sql::Sql;
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "runnable",
    level: Some(Severity::Error),
    what: "a file that Tidegate would refuse to run",
    why: "It would be refused when the window runs: a transaction that is not balanced, a command of psql, an unfinished constant.",
    how: "Do what the finding says.",
    link: "https://www.postgresql.org/docs/current/app-psql.html",
    examples: &[
        Example::bad("BEGIN; CREATE TABLE t (id bigint);"),
        Example::bad("\\connect other\nSELECT 1;"),
        Example::bad("BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT;"),
        Example::good("BEGIN; CREATE TABLE t (id bigint); COMMIT;"),
        Example::good("SELECT 1;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let mut refused = |part: Part, sql: &Sql| {
        let Err(error) = &sql.script else { return };
        let at = byte_of(sql, error);
        report.at(part, at..line_end(&sql.text, at), error.what()).help(error.advice());
    };
    refused(Part::Up, subject.up);
    if let Some(down) = subject.down {
        refused(Part::Down, down);
    }
}

/// The byte at which a script's error stands.
fn byte_of(sql: &Sql, error: &ScriptError) -> usize {
    let line = usize::try_from(error.position.line).unwrap_or(usize::MAX).saturating_sub(1);
    let column = usize::try_from(error.position.column).unwrap_or(usize::MAX).saturating_sub(1);
    let start: usize = sql.text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = &sql.text[start..];
    let characters = rest.char_indices().filter(|(_, character)| *character != '\u{feff}');
    start + characters.map(|(at, _)| at).nth(column).unwrap_or(rest.len())
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end)
}
