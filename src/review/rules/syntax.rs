//! Text that is no SQL.

use crate::review::finding::{Part, Severity};
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::sql::Sql;
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
    let mut look = |part: Part, sql: &Sql| {
        if let Some(error) = &sql.error {
            let message = format!("This is no SQL: {}.", error.message.trim_end_matches('.'));
            let found = report.at(part, error.range.clone(), message);
            if error.more > 0 {
                found.help(format!("Mend it first: {} more that follow may be gone with it.", error.more));
            }
        }
        if let Some(range) = &sql.too_deep {
            let message = "The file nests too deeply to be read. The other rules have not looked at its SQL.";
            report.at(part, range.clone(), message);
        }
    };
    look(Part::Up, subject.up);
    if let Some(down) = subject.down {
        look(Part::Down, down);
    }
}
