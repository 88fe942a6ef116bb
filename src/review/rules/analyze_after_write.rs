//! A large change of data without ANALYZE or VACUUM after it.

use crate::review::deed::{Deed, How};
use crate::review::finding::{Fix, Severity};
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "analyze-after-write",
    level: Some(Severity::Note),
    what: "a large change of data without ANALYZE or VACUUM after it",
    why: "The planner goes on with what it knew of the table before, until autovacuum comes by.",
    how: "Write ANALYZE behind it, or VACUUM (ANALYZE) in a migration of its own after a large DELETE.",
    link: "https://www.postgresql.org/docs/current/routine-vacuuming.html",
    examples: &[
        Example::good("INSERT INTO t (a) SELECT 'x' WHERE NOT EXISTS (SELECT 1 FROM t);"),
        Example::bad("INSERT INTO t TABLE u;"),
        Example::good("COPY t TO '/tmp/t';"),
        Example::bad("INSERT INTO t (a) SELECT a FROM u;"),
        Example::bad("DELETE FROM t;"),
        Example::good("INSERT INTO t (a) SELECT a FROM u; ANALYZE t;"),
        Example::good("INSERT INTO t VALUES (1);"),
        Example::good("DELETE FROM t WHERE id = 7;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let statements = subject.up.with_inner();
    for (place, statement) in statements.iter().enumerate() {
        let Deed::Write(write) = &statement.deed else { continue };
        let is_large = match write.how {
            How::Insert | How::Copy => write.from_query && !write.limited,
            How::Update | How::Delete | How::Merge => !write.filtered,
        };
        let maintained = statements[place..].iter().any(|one| {
            matches!(&one.deed, Deed::Maintain(tables)
                if tables.is_empty() || tables.iter().any(|table| table.is(&write.table)))
        });
        if is_large && !maintained && write.table.name != subject.settings.history.table {
            let message = format!("Many rows of {} may change without ANALYZE.", write.table);
            let found = report.up(statement.range.clone(), message);
            if let Some((at, line)) = subject.up.line_behind(statement, &format!("ANALYZE {};", write.table)) {
                found.fix(Fix::insert("add ANALYZE", at, line).safe());
            }
        }
    }
}
