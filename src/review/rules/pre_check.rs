//! A pre-check that asks for another migration.

use crate::migration::name::MigrationName;
use crate::review::deed::Deed;
use crate::review::finding::{Edit, Fix, Severity};
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "pre-check",
    level: Some(Severity::Warning),
    what: "a pre-check that asks for another migration",
    why: "The file was copied, and its block looks for something else. Whether a migration runs is decided from the history before, block or not: its RETURN would leave the block only.",
    how: "Write the name of this migration, or leave the block out.",
    link: "https://www.postgresql.org/docs/current/plpgsql-errors-and-messages.html",
    examples: &[
        Example::bad(
            "DO $$ BEGIN IF EXISTS (SELECT 1 FROM migrations_history WHERE migration_name = '20250101000000_create_users') \
             THEN RETURN; END IF; END $$;",
        ),
        Example::good(
            "DO $$ BEGIN IF EXISTS (SELECT 1 FROM migrations_history WHERE migration_name = '20260801093000_alter_metrics') \
             THEN RETURN; END IF; END $$;",
        ),
        Example::good("DO $$ BEGIN PERFORM 1; END $$;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    for statement in subject.up.statements.iter().filter(|one| matches!(one.deed, Deed::Do(_))) {
        let text = subject.up.at(&statement.range);
        if text.contains(&subject.settings.history.table) && !text.contains(subject.name.as_str()) {
            let found = report.up(statement.range.clone(), "This pre-check does not ask for this migration.");
            if let Some(fix) = own_name(text, statement.range.start, subject.name) {
                found.fix(fix);
            }
        }
    }
}

/// This migration's name in the place of the only other one that the block asks for.
fn own_name(text: &str, start: usize, own: &MigrationName) -> Option<Fix> {
    let mut names: Vec<&str> = text.split('\'').filter(|part| part.parse::<MigrationName>().is_ok()).collect();
    names.sort_unstable();
    names.dedup();
    let [other] = names.as_slice() else { return None };
    let quoted = format!("'{other}'");
    let edits = text.match_indices(&quoted).map(|(at, found)| {
        let at = start + at;
        Edit { range: at..at + found.len(), text: format!("'{own}'") }
    });
    Some(Fix::of(format!("ask for {own}"), edits.collect()).safe())
}
