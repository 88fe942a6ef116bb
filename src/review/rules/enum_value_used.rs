//! An enum value that is used in the transaction that adds it.

use crate::review::deed::Deed;
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "enum-value-used",
    level: Some(Severity::Error),
    what: "an enum value that is used in the transaction that adds it",
    why: "PostgreSQL refuses it: the value can be used once it is committed.",
    how: "Use the value in a later migration.",
    link: "https://www.postgresql.org/docs/current/sql-altertype.html",
    examples: &[
        Example::bad("BEGIN; ALTER TYPE mood ADD VALUE 'calm'; UPDATE t SET mood = 'calm'; COMMIT;"),
        Example::good("BEGIN; ALTER TYPE mood ADD VALUE 'calm'; COMMIT;"),
        Example::good(
            "BEGIN; CREATE TYPE mood AS ENUM ('wild'); ALTER TYPE mood ADD VALUE 'calm'; CREATE TABLE t (m mood DEFAULT 'calm'); COMMIT;",
        ),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let statements = &subject.up.statements;
    for (place, statement) in statements.iter().enumerate() {
        let Deed::AddEnumValue(kind, value) = &statement.deed else { continue };
        if statement.transaction.is_none() {
            continue;
        }
        // The values of a type that the same transaction makes can be used at once.
        let is_new =
            statements[..place].iter().any(|one| matches!(&one.deed, Deed::Create(made) if made.name.is(kind)));
        let literal = format!("'{}'", value.replace('\'', "''"));
        let used = statements[place + 1..].iter().filter(|one| one.transaction == statement.transaction).find(|one| {
            !matches!(one.deed, Deed::AddEnumValue(..) | Deed::Comment) && subject.up.at(&one.range).contains(&literal)
        });
        if let Some(used) = used.filter(|_| !is_new) {
            let message = format!("The value {literal} of {kind} is added in this very transaction.");
            report.up(used.range.clone(), message);
        }
    }
}
