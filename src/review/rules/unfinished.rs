//! A comment that says that something is still to be done.

use crate::review::finding::Part;
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::sql::Sql;
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "unfinished",
    level: Some(Severity::Warning),
    what: "a comment that says that something is still to be done",
    why: "The template was not filled in, or work was left over.",
    how: "Do it, and take the comment out.",
    link: "",
    examples: &[
        Example::bad(concat!("-- TO", "DO: Add your migration code here\nSELECT 1;")),
        Example::bad("SELECT 1;").with_rollback(concat!("-- TO", "DO\nSELECT 1;")),
        Example::good("-- The list of what is to be done.\nSELECT 1;"),
    ],
    check: Check::Alone(check),
};

/// What such comments begin with, in two parts so that this line is none.
const MARKS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

fn check(subject: &Subject<'_>, report: &mut Report) {
    let mut look = |part: Part, sql: &Sql| {
        for range in &sql.comments {
            let text = sql.at(range).trim_start_matches(['-', '/', '*', ' ', '\t']);
            if MARKS.iter().any(|mark| text.starts_with(mark)) {
                report.at(part, range.clone(), "This is still to be done.");
            }
        }
    };
    look(Part::Up, subject.up);
    if let Some(down) = subject.down {
        look(Part::Down, down);
    }
}
