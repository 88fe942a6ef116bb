//! A rollback that does not record its removal, or another's.

use crate::migration::script::Record;
use crate::review::deed::Deed;
use crate::review::finding::{Fix, Severity};
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::rules::records_own_name::own_name;
use crate::review::sql::Sql;
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "rollback-records",
    level: Some(Severity::Warning),
    what: "a rollback that does not record its removal, or another's",
    why: "Other tools that read the history would take the migration for applied. Tidegate keeps its own record either way.",
    how: "Write DELETE FROM migrations_history WHERE migration_name = the name of this migration.",
    link: "",
    examples: &[
        Example::bad("CREATE TABLE t (id bigint);").with_rollback("BEGIN; DROP TABLE t; COMMIT;"),
        Example::bad("CREATE TABLE t (id bigint);").with_rollback(
            "DROP TABLE t; DELETE FROM migrations_history WHERE migration_name = '20250101000000_create_users';",
        ),
        Example::bad("CREATE TABLE t (id bigint);").with_rollback("DROP TABLE t;\n"),
        Example::good("CREATE TABLE t (id bigint);").with_rollback(
            "DROP TABLE t; DELETE FROM migrations_history WHERE migration_name = '20260801093000_alter_metrics';",
        ),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let Some(down) = subject.down else { return };
    let Ok(script) = &down.script else { return };
    let mut records = false;
    for statement in script.statements() {
        let Some(record) = &statement.records else { continue };
        records = true;
        let names = record.names();
        match record {
            Record::Delete(_) | Record::Update(_) => {
                if let Some(other) = names.iter().find(|name| *name != subject.name.as_str()) {
                    let message = format!("It takes {other} back, and the migration is {}.", subject.name.as_str());
                    let found = report.down(statement.range.clone(), message);
                    if let Some(fix) = own_name(down, &statement.range, names, subject.name) {
                        found.fix(fix);
                    }
                }
            }
            Record::Insert(_) => {
                report.down(statement.range.clone(), "A rollback records a migration as applied.");
            }
        }
    }
    if !records && !script.is_empty() {
        let found = report.down(0..0, "The rollback does not take the migration out of the history.");
        if let Some(fix) = removal(subject, down) {
            found.fix(fix);
        }
    }
}

/// The removal, before the COMMIT that ends the file, or else at its end.
fn removal(subject: &Subject<'_>, down: &Sql) -> Option<Fix> {
    let last = down.statements.last()?;
    let statement =
        format!("DELETE FROM {} WHERE migration_name = '{}';", subject.settings.history, subject.name.as_str());
    let title = "record the removal";
    if last.deed == Deed::End {
        return Some(Fix::insert(title, last.range.start, format!("{statement}{}", down.line_end())).safe());
    }
    down.behind(last)?;
    let line_end = down.line_end();
    let before = if down.text.ends_with('\n') { "" } else { line_end };
    Some(Fix::insert(title, down.text.len(), format!("{before}{statement}{line_end}")).safe())
}
