//! A table, column or schema that is dropped where windows may run without a backup.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "drop-without-backup",
    level: Some(Severity::Warning),
    what: "a table, column or schema that is dropped where windows may run without a backup",
    why: "What was in it cannot be had back by any rollback.",
    how: "Set `backup = \"required\"` in the environment's policy, so that its windows take one.",
    link: "https://www.postgresql.org/docs/current/app-pgdump.html",
    examples: &[
        Example::bad("DROP TABLE t;"),
        Example::bad("DO $$ BEGIN DROP TABLE IF EXISTS t; END $$;"),
        Example::bad("ALTER TABLE t DROP COLUMN a;"),
        Example::good("DROP INDEX i;"),
        Example::good("DROP VIEW v;"),
        Example::bad("DROP TABLE t; CREATE TABLE t (a int);"),
        Example::good("CREATE TABLE a (b int); ALTER TABLE a RENAME TO c; DROP TABLE c;"),
        Example::good("ALTER TABLE t ADD COLUMN a int; ALTER TABLE t DROP COLUMN a;"),
        Example::good("CREATE TABLE few AS SELECT 1 AS a; DROP TABLE few;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let unguarded = &subject.settings.without_backup;
    if unguarded.is_empty() {
        return;
    }
    for (statement, what) in subject.up.drops_rows() {
        let message =
            format!("The {what} is dropped, and a window on {} may run without a backup.", unguarded.join(", "));
        report.up(statement.range.clone(), message);
    }
}
