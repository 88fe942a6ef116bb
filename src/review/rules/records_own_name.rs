//! A file that records another migration in the history.

use std::ops::Range;

use crate::migration::name::MigrationName;
use crate::migration::script::Record;
use crate::review::finding::{Edit, Fix, Severity};
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::sql::Sql;
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "records-own-name",
    level: Some(Severity::Error),
    what: "a file that records another migration in the history",
    why: "The history would say that something else was applied, and this would stay pending.",
    how: "Record the name of this migration, or leave the statement out: Tidegate records it.",
    link: "",
    examples: &[
        Example::bad(
            "BEGIN; INSERT INTO migrations_history (migration_name, applied_at, applied_by) VALUES ('20250101000000_create_users', now(), current_user); COMMIT;",
        ),
        Example::bad("DELETE FROM public.migrations_history WHERE migration_name = '20260801093000_alter_metrics';"),
        Example::good(
            "BEGIN; INSERT INTO migrations_history (migration_name, applied_at, applied_by) VALUES ('20260801093000_alter_metrics', now(), current_user); COMMIT;",
        ),
        Example::good("SELECT 1;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let Ok(script) = &subject.up.script else { return };
    for statement in script.statements() {
        match &statement.records {
            Some(Record::Insert(names) | Record::Update(names)) => {
                if let Some(other) = names.iter().find(|name| *name != subject.name.as_str()) {
                    let message = format!("It records {other}, and the file is {}.", subject.name.as_str());
                    let found = report.up(statement.range.clone(), message);
                    if let Some(fix) = own_name(subject.up, &statement.range, names, subject.name) {
                        found.fix(fix);
                    }
                }
            }
            Some(Record::Delete(_)) => {
                report.up(statement.range.clone(), "A migration that is applied takes a row out of the history.");
            }
            None => {}
        }
    }
}

/// This migration's name in the place of the other one that a statement records.
pub(super) fn own_name(sql: &Sql, statement: &Range<usize>, names: &[String], own: &MigrationName) -> Option<Fix> {
    let [other] = names else { return None };
    let edit = |range| Edit { range, text: format!("'{own}'") };
    let edits: Vec<Edit> = sql.constants(statement, other).into_iter().map(edit).collect();
    (!edits.is_empty()).then(|| Fix::of(format!("write {own}"), edits).safe())
}
