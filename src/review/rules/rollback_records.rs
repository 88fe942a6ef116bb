//! A rollback that does not record its removal, or another's.

use crate::migration::script::Record;
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "rollback-records",
    level: Some(Severity::Warning),
    what: "a rollback that does not record its removal, or another's",
    why: "Other tools that read the history would take the migration for applied. Tidegate keeps its own record either way.",
    how: "Write DELETE FROM migrations_history WHERE migration_name = the name of this migration.",
    link: "docs/review.md",
    examples: &[
        Example::bad("CREATE TABLE t (id bigint);").with_rollback("BEGIN; DROP TABLE t; COMMIT;"),
        Example::bad("CREATE TABLE t (id bigint);").with_rollback(
            "DROP TABLE t; DELETE FROM migrations_history WHERE migration_name = '20250101000000_create_users';",
        ),
        Example::good("CREATE TABLE t (id bigint);").with_rollback(
            "DROP TABLE t; DELETE FROM migrations_history WHERE migration_name = '20260801093000_alter_metrics';",
        ),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let Some(Ok(script)) = subject.down.map(|down| &down.script) else { return };
    let mut records = false;
    for statement in script.statements() {
        let Some(record) = &statement.records else { continue };
        records = true;
        let names = record.names();
        match record {
            Record::Delete(_) | Record::Update(_) => {
                if let Some(other) = names.iter().find(|name| *name != subject.name.as_str()) {
                    let message = format!("It takes {other} back, and the migration is {}.", subject.name.as_str());
                    report.down(statement.range.clone(), message);
                }
            }
            Record::Insert(_) => {
                report.down(statement.range.clone(), "A rollback records a migration as applied.");
            }
        }
    }
    if !records && !script.is_empty() {
        report.down(0..0, "The rollback does not take the migration out of the history.");
    }
}
